// The network in OpenCV's dnn: opencv NET.onnx BATCH THREADS SECONDS
#include <opencv2/core.hpp>
#include <opencv2/dnn.hpp>

#include "timing.h"

struct peer {
    cv::dnn::Net net;
    cv::Mat input, output;
};

static void run(void *data)
{
    peer *p = static_cast<peer *>(data);
    p->net.setInput(p->input);
    p->output = p->net.forward();
}

int main(int argc, char **argv)
{
    if (argc != 5)
        return 1;
    int batch = atoi(argv[2]), size[] = {batch, 1, 48, 48};
    cv::setNumThreads(atoi(argv[3]));
    peer p;
    p.net = cv::dnn::readNetFromONNX(argv[1]);
    p.input = cv::Mat(4, size, CV_32F);
    for (int i = 0; i < batch * 48 * 48; i++)
        p.input.ptr<float>()[i] = noise(i);
    run(&p);
    time_runs(run, &p, atof(argv[4]), p.output.ptr<float>(), 7);
}
