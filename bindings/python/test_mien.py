"""The Python module over libmien: test_mien.py SOURCE. Prints TAP."""

import subprocess
import sys

try:
    import numpy
except ImportError:
    print("1..0 # SKIP there is no numpy")
    sys.exit(0)
try:
    import mien
except OSError as error:  # a library built for sanitizers wants theirs loaded first
    print(f"1..0 # SKIP {error}")
    sys.exit(0)

SOURCE = sys.argv[1]
MODEL = f"{SOURCE}/models/ferplus-residual.safetensors"
WIDTH, HEIGHT = 512, 600


def portrait():
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", f"{SOURCE}/tests/data/portrait-hopper-usn.jpg",
         "-f", "rawvideo", "-pix_fmt", "gray", "-"],
        check=True, stdout=subprocess.PIPE).stdout
    return numpy.frombuffer(raw, numpy.uint8).reshape(HEIGHT, WIDTH)


def reads_a_still_picture():
    recogniser = mien.Recogniser(MODEL, still=True)
    faces = recogniser.read(portrait())
    assert len(faces) == 1, faces
    face = faces[0]
    assert face.label in recogniser.labels
    assert face.confidence == face.probabilities[face.label]
    assert abs(sum(face.probabilities.values()) - 1) < 1e-4
    assert 0 < face.box.x < face.box.x + face.box.width < WIDTH


def reads_several_faces():
    both = numpy.hstack([portrait(), portrait()])
    faces = mien.Recogniser(MODEL, still=True).read(both)
    assert [face.id for face in faces] == [1, 2], faces
    assert abs(abs(faces[0].box.x - faces[1].box.x) - WIDTH) < 20, faces
    for face in faces:
        assert face.label == "neutral" and not face.uncertain, face
        assert abs(sum(face.probabilities.values()) - 1) < 1e-4


def follows_a_face_in_a_stream():
    recogniser = mien.Recogniser(MODEL)
    gray = portrait()
    seen = [recogniser.read(gray, i / 30) for i in range(4)]
    assert not seen[0] and len(seen[1]) == 1, seen
    assert seen[1][0].id == seen[3][0].id


def reads_a_view_where_it_lies():
    """Every second row of a larger array, upside down: strides, not copies."""
    large = numpy.zeros((2 * HEIGHT, WIDTH + 100), numpy.uint8)
    large[::2, 50:50 + WIDTH] = portrait()[::-1]
    view = large[::2, 50:50 + WIDTH][::-1]
    recogniser = mien.Recogniser(MODEL, still=True)
    assert recogniser.read(view) == recogniser.read(portrait())


def raises(exception, call):
    try:
        call()
    except exception as error:
        return str(error)
    raise AssertionError(f"no {exception.__name__}")


def refuses_other_arrays():
    recogniser = mien.Recogniser(MODEL, still=True)
    raises(TypeError, lambda: recogniser.read([[1, 2], [3, 4]]))
    raises(ValueError, lambda: recogniser.read(numpy.zeros((9, 9), numpy.float32)))
    raises(ValueError, lambda: recogniser.read(numpy.zeros((9, 9, 3), numpy.uint8)))
    raises(ValueError, lambda: recogniser.read(portrait().T))
    raises(ValueError, lambda: recogniser.read(numpy.zeros((0, 9), numpy.uint8)))


def says_what_is_wrong():
    assert "/no/such/model" in raises(mien.Error, lambda: mien.Recogniser("/no/such/model"))
    assert "pentium" in raises(mien.Error, lambda: mien.Recogniser(MODEL, cpu="pentium"))


TESTS = [reads_a_still_picture, reads_several_faces, follows_a_face_in_a_stream, reads_a_view_where_it_lies,
         refuses_other_arrays, says_what_is_wrong]
print(f"1..{len(TESTS)}")
failed = False
for number, test in enumerate(TESTS, 1):
    try:
        test()
        print(f"ok {number} - {test.__name__.replace('_', ' ')}")
    except Exception as error:  # whatever it is, the test has failed
        failed = True
        print(f"# {type(error).__name__}: {error}\nnot ok {number} - {test.__name__.replace('_', ' ')}")
sys.exit(failed)
