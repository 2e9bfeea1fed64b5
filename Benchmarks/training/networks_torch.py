"""Four networks on made-up data of fixed size in PyTorch, eager: prints the seconds of each epoch.

usage: networks_torch.py NAME EPOCHS [THREADS]
"""
import sys
import time

import torch
from torch import nn

name, epochs = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
torch.manual_seed(0)


class Transformer(nn.Module):
    """Four blocks with the norm in front, as `gpt(64, 64, dim=128, heads=4, depth=4)`."""

    def __init__(self):
        super().__init__()
        self.tokens, self.places = nn.Embedding(64, 128), nn.Parameter(torch.randn(64, 128) * 0.02)
        self.blocks = nn.ModuleList(
            nn.ModuleDict({
                "norm1": nn.LayerNorm(128), "qkv": nn.Linear(128, 384), "out": nn.Linear(128, 128),
                "norm2": nn.LayerNorm(128), "up": nn.Linear(128, 512), "down": nn.Linear(512, 128),
            }) for _ in range(4))
        self.norm, self.head = nn.LayerNorm(128), nn.Linear(128, 64, bias=False)

    def forward(self, x):
        n, t = x.shape
        h = self.tokens(x) + self.places[:t]
        for b in self.blocks:
            q, k, v = (p.view(n, t, 4, 32).transpose(1, 2) for p in b["qkv"](b["norm1"](h)).split(128, 2))
            a = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
            h = h + b["out"](a.transpose(1, 2).reshape(n, t, 128))
            h = h + b["down"](nn.functional.gelu(b["up"](b["norm2"](h))))
        return self.head(self.norm(h)).transpose(1, 2)


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm, self.head = nn.LSTM(32, 128, batch_first=True), nn.Linear(128, 10)

    def forward(self, x):
        return self.head(self.lstm(x)[0][:, -1])


cross_entropy = nn.functional.cross_entropy
if name == "cnn":
    net = nn.Sequential(
        nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(1600, 128), nn.ReLU(), nn.Linear(128, 10))
    x, y, batch, loss = torch.rand(3200, 1, 28, 28), torch.randint(0, 10, (3200,)), 64, cross_entropy
    if len(sys.argv) > 4:  # the layout that PyTorch is fastest in
        net, x = net.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
elif name == "transformer":
    net = Transformer()
    x, y, batch, loss = torch.randint(0, 64, (640, 64)), torch.randint(0, 64, (640, 64)), 32, cross_entropy
elif name == "lstm":
    net = Recurrent()
    x, y, batch, loss = torch.randn(640, 64, 32), torch.randint(0, 10, (640,)), 32, cross_entropy
else:
    net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1))
    x, y, batch, loss = torch.randn(8000, 8), torch.randn(8000, 1), 16, nn.functional.mse_loss
optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
for epoch in range(epochs):
    begin = time.perf_counter()
    order = torch.randperm(len(y))
    for i in range(0, len(y), batch):
        rows = order[i : i + batch]
        optimizer.zero_grad(set_to_none=True)
        loss(net(x[rows]), y[rows]).backward()
        optimizer.step()
    print(f"epoch {epoch + 1} {time.perf_counter() - begin:.4f}", flush=True)
print("parameters", sum(p.numel() for p in net.parameters()))
