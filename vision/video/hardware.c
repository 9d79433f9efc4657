#include "hardware.h"

#include <errno.h>
#include <libavutil/hwcontext.h>
#include <string.h>

/* The decoder offers what it can do, the device's format first where that works for the stream. */
static enum AVPixelFormat choose_format(AVCodecContext *codec, const enum AVPixelFormat *offered)
{
    for (const enum AVPixelFormat *p = offered; *p != AV_PIX_FMT_NONE; p++)
        for (int i = 0;; i++) {
            const AVCodecHWConfig *way = avcodec_get_hw_config(codec->codec, i);
            if (!way)
                break;
            const AVHWDeviceContext *device = (const void *)codec->hw_device_ctx->data;
            if (way->pix_fmt == *p && way->device_type == device->type)
                return *p;
        }
    return avcodec_default_get_format(codec, offered);
}

static bool open_device(AVCodecContext *codec, enum AVHWDeviceType type)
{
    if (av_hwdevice_ctx_create(&codec->hw_device_ctx, type, NULL, NULL, 0) < 0)
        return false;
    codec->get_format = choose_format;
    return true;
}

bool hardware_use(AVCodecContext *codec, const char *kind, const char **why)
{
    enum AVHWDeviceType wanted = av_hwdevice_find_type_by_name(kind);
    bool any = !strcmp(kind, "auto"), known = false;
    *why = "this FFmpeg knows no such device";
    if (!any && wanted == AV_HWDEVICE_TYPE_NONE)
        return false;
    for (int i = 0;; i++) {
        const AVCodecHWConfig *way = avcodec_get_hw_config(codec->codec, i);
        if (!way)
            break;
        if (!(way->methods & AV_CODEC_HW_CONFIG_METHOD_HW_DEVICE_CTX) ||
            (!any && way->device_type != wanted))
            continue;
        known = true;
        if (open_device(codec, way->device_type))
            return true;
    }
    *why = known ? "there is no such device here" : "it cannot decode this kind of video";
    return false;
}

int hardware_fetch(AVFrame *frame)
{
    if (!frame->hw_frames_ctx)
        return 0;
    AVFrame *copy = av_frame_alloc();
    int result = copy ? av_hwframe_transfer_data(copy, frame, 0) : AVERROR(ENOMEM);
    if (result >= 0)
        result = av_frame_copy_props(copy, frame);
    if (result >= 0) {
        av_frame_unref(frame);
        av_frame_move_ref(frame, copy);
    }
    av_frame_free(&copy);
    return result;
}
