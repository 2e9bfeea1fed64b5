"""The article's network in PyTorch, eager: prints the seconds of each epoch, then the test accuracy.

usage: mlp_torch.py EPOCHS BATCH [THREADS]
"""
import gzip
import os
import sys
import time

import numpy as np
import torch
from torch import nn

epochs, batch = int(sys.argv[1]), int(sys.argv[2])
torch.set_num_threads(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
torch.manual_seed(0)
folder = os.environ.get("NNS_DATA", "/usr/share/datasets/fashion-mnist")


def read(name, header):
    with gzip.open(os.path.join(folder, name)) as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


def images(name):
    return torch.from_numpy(read(name, 16).reshape(-1, 784).astype(np.float32) / 255)


def labels(name):
    return torch.from_numpy(read(name, 8).astype(np.int64))


x, y = images("train-images-idx3-ubyte.gz"), labels("train-labels-idx1-ubyte.gz")
net = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
loss = nn.CrossEntropyLoss()
for epoch in range(epochs):
    begin = time.perf_counter()
    order = torch.randperm(len(y))
    shuffled, targets = x[order], y[order]
    for i in range(0, len(y), batch):
        optimizer.zero_grad(set_to_none=True)
        loss(net(shuffled[i : i + batch]), targets[i : i + batch]).backward()
        optimizer.step()
    print(f"epoch {epoch + 1} {time.perf_counter() - begin:.4f}", flush=True)
with torch.no_grad():
    right = net(images("t10k-images-idx3-ubyte.gz")).argmax(1) == labels("t10k-labels-idx1-ubyte.gz")
print(f"accuracy {right.float().mean().item():.4f}")
