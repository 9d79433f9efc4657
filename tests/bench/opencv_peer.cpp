// The obvious alternative to `mien annotate`, to measure it against: what a person would write
// with OpenCV alone. Every picture is decoded, searched with the same cascade, each face run
// through the same network, drawn on and encoded, one after the other.
//
//     opencv_peer VIDEO ONNX OUT|none THREADS
//
// Prints pictures, faces and the loop's milliseconds a picture, on the clock and on the CPU.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/objdetect.hpp>
#include <opencv2/videoio.hpp>
#include <stdexcept>
#include <string>
#include <vector>

static const char *const LABELS[] = {"angry", "disgust",  "fear",   "happy",
                                     "sad",   "surprise", "neutral"};

static void annotate(cv::Mat &frame, const cv::Mat &gray, const cv::Rect &box, cv::dnn::Net &net)
{
    cv::Mat face, shares;
    cv::resize(gray(box), face, cv::Size(48, 48), 0, 0, cv::INTER_AREA);
    net.setInput(cv::dnn::blobFromImage(face, 1 / 255.0));
    cv::Mat logits = net.forward();
    cv::Point best;
    cv::exp(logits, shares);
    cv::minMaxLoc(shares, nullptr, nullptr, nullptr, &best);
    double share = double(shares.at<float>(best)) / cv::sum(shares)[0];
    cv::rectangle(frame, box, cv::Scalar(0, 255, 0), 2);
    cv::putText(frame, std::string(LABELS[best.x]) + cv::format(" %.0f %%", 100 * share),
                box.tl() - cv::Point(0, 8), cv::FONT_HERSHEY_SIMPLEX, 0.8, cv::Scalar(0, 255, 0),
                2);
}

static void run(const std::string &in, const std::string &onnx, const std::string &out)
{
    cv::CascadeClassifier cascade(MIEN_CASCADE_FOLDER "/haarcascade_frontalface_default.xml");
    cv::dnn::Net net = cv::dnn::readNetFromONNX(onnx);
    cv::VideoCapture video(in);
    cv::VideoWriter writer;
    cv::Size size(int(video.get(cv::CAP_PROP_FRAME_WIDTH)),
                  int(video.get(cv::CAP_PROP_FRAME_HEIGHT)));
    if (!video.isOpened() || cascade.empty())
        throw std::runtime_error(in + " or the cascade cannot be opened");
    if (out != "none" && !writer.open(out, cv::VideoWriter::fourcc('a', 'v', 'c', '1'),
                                      video.get(cv::CAP_PROP_FPS), size))
        throw std::runtime_error(out + " cannot be written");
    cv::Mat frame, gray;
    std::vector<cv::Rect> boxes;
    long frames = 0, faces = 0;
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t cpu_start = std::clock();
    while (video.read(frame)) {
        cv::cvtColor(frame, gray, cv::COLOR_BGR2GRAY);
        cascade.detectMultiScale(gray, boxes, 1.1, 5, 0,
                                 cv::Size(size.height / 8, size.height / 8));
        for (const cv::Rect &box : boxes)
            annotate(frame, gray, box, net);
        if (writer.isOpened())
            writer.write(frame);
        frames++;
        faces += long(boxes.size());
    }
    writer.release();
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
    const double cpu = double(std::clock() - cpu_start) * 1e3 / CLOCKS_PER_SEC;
    const double count = double(frames ? frames : 1);
    std::printf("pictures %ld faces %ld clock %.3f cpu %.3f\n", frames, faces, took.count() / count,
                cpu / count);
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        std::fputs("Usage: opencv_peer VIDEO ONNX OUT|none THREADS\n", stderr);
        return 1;
    }
    try {
        cv::setNumThreads(std::atoi(argv[4]));
        run(argv[1], argv[2], argv[3]);
    } catch (const std::exception &failure) {
        std::fprintf(stderr, "opencv_peer: %s\n", failure.what());
        return 2;
    }
    return 0;
}
