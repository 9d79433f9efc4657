// OpenCV's cascade classifier behind a C interface.
// No exception leaves a function of this file.
#include "engine.h"

#include <cerrno>
#include <new>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include MIEN_CASCADE_HEADER
#include <string>
#include <vector>

namespace
{
struct searcher {
    cv::CascadeClassifier classifier;
    std::vector<cv::Rect> found;
    std::vector<mien_box> boxes;
};

// To be called inside a catch block: tells the exception in flight as −errno and a message.
int explain(int code, const char *what, mien_error *error)
{
    try {
        throw;
    } catch (const std::bad_alloc &) {
        return mien_error_set(error, ENOMEM, "%s: no memory", what);
    } catch (const cv::Exception &failure) {
        if (failure.code == cv::Error::StsNoMem)
            return mien_error_set(error, ENOMEM, "%s: no memory", what);
        return mien_error_set(error, code, "%s: OpenCV says: %s", what, failure.err.c_str());
    } catch (const std::exception &failure) {
        return mien_error_set(error, code, "%s: %s", what, failure.what());
    } catch (...) {
        return mien_error_set(error, code, "%s: OpenCV failed without a reason", what);
    }
}

// OpenCV's threads would fight with ours for the same cores, and its own words on stderr would
// stand beside our message.
void tame_opencv()
{
    cv::setNumThreads(1);
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
}

int open(void **cascade, const char *xml, size_t size, mien_error *error)
{
    searcher *opened = nullptr;
    try {
        tame_opencv();
        opened = new searcher;
        const cv::FileStorage file(std::string(xml, size),
                                   cv::FileStorage::READ | cv::FileStorage::MEMORY);
        if (opened->classifier.read(file.getFirstTopLevelNode())) {
            *cascade = opened;
            return 0;
        }
        delete opened;
        return mien_error_set(error, EINVAL, "OpenCV cannot use the face cascade");
    } catch (...) {
        delete opened;
        return explain(EINVAL, "OpenCV cannot use the face cascade", error);
    }
}

void close(void *cascade)
{
    delete static_cast<searcher *>(cascade);
}

int find(void *cascade, const mien_picture *gray, const scan_sizes *sizes, int neighbours,
         const mien_box **boxes, mien_error *error)
{
    searcher *s = static_cast<searcher *>(cascade);
    try {
        const cv::Mat pixels(gray->height, gray->width, CV_8UC1, gray->data,
                             static_cast<size_t>(gray->stride));
        s->classifier.detectMultiScale(pixels, s->found, sizes->step, neighbours, 0,
                                       cv::Size(sizes->smallest, sizes->smallest),
                                       cv::Size(sizes->largest, sizes->largest));
        s->boxes.clear();
        for (const cv::Rect &r : s->found)
            s->boxes.push_back({r.x, r.y, r.width, r.height});
        *boxes = s->boxes.data();
        return static_cast<int>(s->boxes.size());
    } catch (...) {
        return explain(EIO, "face detection", error);
    }
}
} // namespace

extern "C" __attribute__((visibility("default")))
const struct mien_face_engine mien_opencv_engine = {ENGINE_VERSION, "OpenCV", open, find, close};
