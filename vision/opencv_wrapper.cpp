// The only C++ file of mien: OpenCV's cascade classifier behind a C interface.
// No exception leaves a function of this file.
#include "opencv_wrapper.h"

#include <cerrno>
#include <cstdio>
#include <new>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/objdetect.hpp>
#include <vector>

struct opencv_cascade {
    cv::CascadeClassifier classifier;
    std::vector<cv::Rect> found;
    std::vector<mien_box> boxes;
};

// To be called inside a catch block: tells the exception in flight as −errno and a message.
static int explain(int code, const char *what, mien_error *error)
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
static void tame_opencv()
{
    cv::setNumThreads(1);
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
}

int opencv_cascade_load(opencv_cascade **cascade, const char *path, mien_error *error)
{
    opencv_cascade *loaded = nullptr;
    try {
        tame_opencv();
        loaded = new opencv_cascade;
        if (loaded->classifier.load(path)) {
            *cascade = loaded;
            return 0;
        }
        delete loaded;
        return mien_error_set(error, EINVAL, "%s is not a cascade that OpenCV can read", path);
    } catch (...) {
        delete loaded;
        char what[256];
        std::snprintf(what, sizeof what, "%s cannot be used as a face cascade", path);
        return explain(EINVAL, what, error);
    }
}

void opencv_cascade_free(opencv_cascade *cascade)
{
    delete cascade;
}

int opencv_cascade_find(opencv_cascade *cascade, const mien_picture *gray,
                        const opencv_search *search, const mien_box **boxes, mien_error *error)
{
    try {
        const cv::Mat pixels(gray->height, gray->width, CV_8UC1, gray->data,
                             static_cast<size_t>(gray->stride));
        cascade->classifier.detectMultiScale(pixels, cascade->found, search->scale_step,
                                             search->neighbours, 0,
                                             cv::Size(search->smallest, search->smallest),
                                             cv::Size(search->largest, search->largest));
        cascade->boxes.clear();
        for (const cv::Rect &r : cascade->found)
            cascade->boxes.push_back({r.x, r.y, r.width, r.height});
        *boxes = cascade->boxes.data();
        return static_cast<int>(cascade->boxes.size());
    } catch (...) {
        return explain(EIO, "face detection", error);
    }
}
