"""Worker processes that share each batch."""
import ctypes
import signal

import torch
import torch.multiprocessing as multiprocessing


PR_SET_PDEATHSIG = 1  # Linux, prctl(2)


def end_with_parent():
    """A worker whose first worker has died would wait for it at the barrier."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Team:
    """Worker processes that train replicas in step on shares of each batch. Gradients meet in
    shared memory once a step, so that a busy machine slows the workers but does not stall them,
    as it does the threads inside one process."""

    def __init__(self, size, parameters):
        self.size, self.rank = size, 0
        self.gradients = torch.zeros(size, parameters).share_memory_()
        self.scores = torch.zeros(8).share_memory_()
        self.barrier = multiprocessing.get_context("fork").Barrier(size, timeout=1800)

    def average_gradients(self, network):
        if self.size == 1:
            return
        mine = torch.cat([p.grad.reshape(-1) for p in network.parameters()])
        self.gradients[self.rank].copy_(mine)
        self.barrier.wait()
        mean = self.gradients.mean(0)
        self.barrier.wait()
        start = 0
        for p in network.parameters():
            p.grad.copy_(mean[start:start + p.numel()].view(p.shape))
            start += p.numel()

    def score(self, measure, names):
        """The first worker measures, on all cores; the others wait and get its figures."""
        if self.rank == 0:
            torch.set_num_threads(max(self.size, torch.get_num_threads()))
            self.scores[:len(names)] = torch.tensor([measure(name) for name in names])
            torch.set_num_threads(1 if self.size > 1 else torch.get_num_threads())
        self.barrier.wait()
        return {name: float(score) for name, score in zip(names, self.scores)}
