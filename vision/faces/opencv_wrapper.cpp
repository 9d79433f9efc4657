// The only C++ file of mien: OpenCV's cascade classifier behind a C interface.
// No exception leaves a function of this file.
#include "opencv_wrapper.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
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

int opencv_cascade_find(opencv_cascade *cascade, const mien_picture *gray, const scan_sizes *sizes,
                        int neighbours, const mien_box **boxes, mien_error *error)
{
    try {
        const cv::Mat pixels(gray->height, gray->width, CV_8UC1, gray->data,
                             static_cast<size_t>(gray->stride));
        cascade->classifier.detectMultiScale(pixels, cascade->found, sizes->step, neighbours, 0,
                                             cv::Size(sizes->smallest, sizes->smallest),
                                             cv::Size(sizes->largest, sizes->largest));
        cascade->boxes.clear();
        for (const cv::Rect &r : cascade->found)
            cascade->boxes.push_back({r.x, r.y, r.width, r.height});
        *boxes = cascade->boxes.data();
        return static_cast<int>(cascade->boxes.size());
    } catch (...) {
        return explain(EIO, "face detection", error);
    }
}

// ---- the numbers of a cascade ----

static cascade_rect read_rect(const cv::FileNode &node)
{
    return {int(node[0]), int(node[1]), int(node[2]), int(node[3]), float(node[4])};
}

// Returns whether the feature is upright and has no more rectangles than we know of.
static bool read_feature(const cv::FileNode &node, cascade_stump *stump)
{
    const cv::FileNode rects = node["rects"];
    if (int(node["tilted"]) != 0 || rects.size() < 1 || rects.size() > CASCADE_RECTS)
        return false;
    for (int i = 0; i < int(rects.size()); i++)
        stump->rects[i] = read_rect(rects[i]);
    return true;
}

static bool read_stump(const cv::FileNode &node, const std::vector<cv::FileNode> &features,
                       cascade_stump *stump)
{
    const cv::FileNode nodes = node["internalNodes"], leaves = node["leafValues"];
    if (nodes.size() != 4 || leaves.size() != 2)
        return false;
    const int left = int(nodes[0]), right = int(nodes[1]), feature = int(nodes[2]);
    if (left != 0 || right != -1 || feature < 0 || size_t(feature) >= features.size())
        return false;
    stump->threshold = float(nodes[3]);
    stump->left = float(leaves[0]);
    stump->right = float(leaves[1]);
    return read_feature(features[size_t(feature)], stump);
}

// OpenCV lowers each stage's threshold a little before it compares.
static bool read_stage(const cv::FileNode &node, const std::vector<cv::FileNode> &features,
                       std::vector<cascade_stage> &stages, std::vector<cascade_stump> &stumps)
{
    const cascade_stage stage = {int(stumps.size()), int(node["weakClassifiers"].size()),
                                 float(node["stageThreshold"]) - 1e-5f};
    for (const cv::FileNode &weak : node["weakClassifiers"]) {
        cascade_stump stump = {};
        if (!read_stump(weak, features, &stump))
            return false;
        stumps.push_back(stump);
    }
    stages.push_back(stage);
    return true;
}

template <typename T> static T *copy_of(const std::vector<T> &values)
{
    T *copy = static_cast<T *>(std::malloc(values.size() * sizeof(T) + 1));
    if (!copy)
        throw std::bad_alloc();
    std::memcpy(copy, values.data(), values.size() * sizeof(T));
    return copy;
}

static bool read_cascade(const char *path, cascade *result)
{
    const cv::FileStorage file(path, cv::FileStorage::READ);
    const cv::FileNode root = file.getFirstTopLevelNode();
    if (std::string(root["stageType"]) != "BOOST" || std::string(root["featureType"]) != "HAAR")
        return false;
    std::vector<cv::FileNode> features;
    std::vector<cascade_stage> stages;
    std::vector<cascade_stump> stumps;
    for (const cv::FileNode &feature : root["features"])
        features.push_back(feature);
    for (const cv::FileNode &stage : root["stages"])
        if (!read_stage(stage, features, stages, stumps))
            return false;
    result->width = int(root["width"]);
    result->height = int(root["height"]);
    result->stage_count = int(stages.size());
    result->stump_count = int(stumps.size());
    result->stages = copy_of(stages);
    result->stumps = copy_of(stumps);
    return true;
}

int opencv_cascade_read(cascade *result, const char *path, mien_error *error)
{
    cascade read = {};
    try {
        tame_opencv();
        if (!read_cascade(path, &read))
            return mien_error_set(error, ENOTSUP, "%s is not made of upright stumps", path);
        *result = read;
        return 0;
    } catch (...) {
        cascade_free(&read);
        return explain(EINVAL, path, error);
    }
}
