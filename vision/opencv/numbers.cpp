#include "numbers.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

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

int opencv_read_numbers(cascade *result, const char *path, mien_error *error)
{
    cascade read = {};
    try {
        if (!read_cascade(path, &read))
            return mien_error_set(error, ENOTSUP, "%s is not made of upright stumps", path);
        *result = read;
        return 0;
    } catch (const std::exception &failure) {
        cascade_free(&read);
        return mien_error_set(error, EINVAL, "%s: %s", path, failure.what());
    }
}
