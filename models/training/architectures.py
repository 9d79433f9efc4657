"""Networks as lists of layers. The list builds the PyTorch module and travels in the model file,
where the C program reads it: there is no second description of a network."""

BN_EPSILON = 1e-3  # Keras' default, which the paper used
RELU = {"op": "relu"}
POOL = {"op": "max_pool", "size": 2}


class Numbers:
    """Convolutions and their batch-norms, numbered as they are made."""

    def __init__(self):
        self.count = 0

    def conv(self, filters, kernel=3):
        self.count += 1
        return [{"op": "conv", "name": f"conv{self.count}", "filters": filters, "kernel": kernel},
                {"op": "batch_norm", "name": f"bn{self.count}", "epsilon": BN_EPSILON}]

    def residual(self, filters):
        inner = [*self.conv(filters), RELU, *self.conv(filters)]
        return [{"op": "residual", "layers": inner}, RELU]


def drop(rate):
    return {"op": "dropout", "rate": rate}


def head(classes):
    return [{"op": "dense", "name": "dense", "units": classes}, {"op": "softmax"}]


def paper(classes, blocks=True):
    """Bah & Xue 2022, Table 1; the basic network is the same without the residual blocks."""
    numbers = Numbers()

    def plain(filters, kernel=3):
        convolution, norm = numbers.conv(filters, kernel)
        return [convolution, RELU, norm]

    def residual(filters):
        return numbers.residual(filters) if blocks else []

    return [*plain(16, 5), *plain(16, 5), drop(0.3),
            *plain(32), *plain(32), POOL, drop(0.3), *residual(32),
            *plain(64), *plain(64), POOL, drop(0.3),
            *plain(128), *plain(128), POOL, drop(0.3), *residual(128),
            *plain(256), *plain(256), POOL, drop(0.3),
            *plain(512), *plain(512), POOL, drop(0.4), *residual(512),
            {"op": "global_average_pool"}, *head(classes)]


def mien_1(classes):
    """4.3 million parameters, 214 million multiply-adds, most of them where faces are large. The
    first pooling comes before its norm, which has a quarter to do there."""
    numbers = Numbers()

    def stage(filters, blocks):
        layers = [*numbers.conv(filters), RELU]
        for _ in range(blocks):
            layers += numbers.residual(filters)
        return layers

    convolution, norm = numbers.conv(32, 5)
    return [convolution, POOL, norm, RELU, *stage(64, 1),
            POOL, *stage(128, 1), POOL, *stage(256, 2), POOL, *stage(512, 0),
            {"op": "global_average_pool"}, drop(0.2), *head(classes)]


ARCHITECTURES = {"residual": paper, "basic": lambda classes: paper(classes, blocks=False),
                 "mien-1": mien_1}


def architecture(name, classes):
    """The layers of the network of that name, with `classes` outputs."""
    return ARCHITECTURES[name](classes)
