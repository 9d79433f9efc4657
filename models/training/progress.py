"""How far a training is: one line that is written over on a terminal, one a minute elsewhere."""
import sys
import time


class Progress:
    def __init__(self, epoch, epochs, steps):
        self.epoch, self.epochs, self.steps = epoch, epochs, steps
        self.terminal = sys.stdout.isatty()
        self.began = self.shown = time.monotonic()

    def show(self, step, loss):
        now, last = time.monotonic(), self.terminal and step == self.steps
        if not last and now - self.shown < (0.5 if self.terminal else 60):
            return
        self.shown = now
        left = ((self.epochs - self.epoch) * self.steps - step) * (now - self.began) / step
        text = (f"epoch {self.epoch + 1}/{self.epochs}, step {step}/{self.steps}, "
                f"loss {loss:.3f}, {left // 3600:.0f} h {left % 3600 / 60:02.0f} min left")
        print(f"\r\033[K{text}" if self.terminal else f"  {text}",
              end="\n" if last or not self.terminal else "", flush=True)
