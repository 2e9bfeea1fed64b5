"""Measures NNS beside its peers. scripts/bench [evaluator] [training] [networks] [size] [--rounds N] calls it.

Programs that are compared run in turns, so that whatever else the machine does meets all of them alike; what counts are
the ratios of neighbouring runs, of which the median is printed. Evaluator programs are timed by the processor time of
the whole process, training by the wall clock of each epoch, on one thread.
"""

import math
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
NNS = os.environ.get("NNS_BINARY", os.path.join(ROOT, ".build", "release", "nns"))
# Debian's build is optimised with profiles; some others are not, and would flatter NNS.
PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable
WORKLOADS = ["fib", "loop", "sieve", "strings", "closures", "mandelbrot", "nbody", "words", "orders", "named"]


def run(command, environment=None):
    """Runs a command; returns its output, wall seconds, processor seconds and peak memory in MB."""
    with tempfile.TemporaryFile() as out:
        begin = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=out, stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})}
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        out.seek(0)
        text = out.read().decode()
    if status != 0:
        raise SystemExit(f"{' '.join(command)} failed\n{text}")
    return text, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def median(values):
    return statistics.median(values)


def version(command, pattern):
    result = subprocess.run(command, capture_output=True, text=True)
    found = re.search(pattern, result.stdout + result.stderr)
    return found.group(0) if found else "?"


def evaluator(rounds):
    """Ten programs in NNS, CPython and Lua: the same work, the same printed result."""
    print("Evaluator: processor seconds, and NNS's time as a share of the peer's\n")
    print(f"| program | NNS | CPython {version([PYTHON, '-V'], r'3[.0-9]+')} | Lua "
          f"{version(['lua5.4', '-v'], r'5[.0-9]+')} | of CPython | of Lua |")
    print("|---|---|---|---|---|---|")
    folder = os.path.join(HERE, "evaluator")
    all_python, all_lua = [], []
    for name in WORKLOADS:
        commands = {
            "nns": [NNS, os.path.join(folder, name + ".nns")],
            "python": [PYTHON, os.path.join(folder, name + ".py")],
            "lua": ["lua5.4", os.path.join(folder, name + ".lua")],
        }
        seconds = {peer: [] for peer in commands}
        results = {}
        for turn in range(rounds):
            for peer in list(commands)[:: 1 if turn % 2 == 0 else -1]:
                text, _, cpu, _ = run(commands[peer])
                seconds[peer].append(cpu)
                results[peer] = float(text.split()[-1])
        if not all(math.isclose(r, results["nns"], rel_tol=1e-12) for r in results.values()):
            raise SystemExit(f"{name}: the programs disagree: {results}")
        of_python = median([a / b for a, b in zip(seconds["nns"], seconds["python"])])
        of_lua = median([a / b for a, b in zip(seconds["nns"], seconds["lua"])])
        all_python.append(of_python)
        all_lua.append(of_lua)
        print(f"| {name} | {median(seconds['nns']):.2f} | {median(seconds['python']):.2f} | "
              f"{median(seconds['lua']):.2f} | {of_python:.2f} | {of_lua:.2f} |", flush=True)
    print(f"| **geometric mean** | | | | **{statistics.geometric_mean(all_python):.2f}** | "
          f"**{statistics.geometric_mean(all_lua):.2f}** |\n")


def floor_binary():
    """Builds the C program that shows what the processor allows; nothing where clang is missing."""
    source = os.path.join(HERE, "floor_mlp.c")
    clang = shutil.which("clang")
    if not clang or not os.path.exists(source):
        return None
    target = os.path.join(ROOT, ".cache", "floor_mlp")
    os.makedirs(os.path.dirname(target), exist_ok=True)
    if not os.path.exists(target) or os.path.getmtime(target) < os.path.getmtime(source):
        resources = subprocess.run([clang, "-print-resource-dir"], capture_output=True, text=True).stdout.strip()
        subprocess.run(
            [clang, "-O3", "-march=native", "-fno-math-errno", "-isystem", os.path.join(resources, "include"), source,
             "-o", target, "-lm", "-lpthread"],
            check=True,
        )
    return target


def torch_python():
    """A Python that has PyTorch: NNS_TORCH_PYTHON, one in .cache/torch, or the running one."""
    for python in [os.environ.get("NNS_TORCH_PYTHON"), os.path.join(ROOT, ".cache/torch/bin/python"), sys.executable]:
        if python and os.path.exists(python):
            if subprocess.run([python, "-c", "import torch"], capture_output=True).returncode == 0:
                return python
    return None


def training(rounds):
    """The article's network on Fashion-MNIST, seconds per epoch on one thread."""
    print("Training: 784 → 128 relu → 10, Adam, Fashion-MNIST, one thread, seconds per epoch\n")
    print("| batch | NNS | C floor | PyTorch eager | NNS / floor | PyTorch / NNS | accuracy after 3 epochs |")
    print("|---|---|---|---|---|---|---|")
    # What OpenBLAS is told for the sake of old builds would hold PyTorch back too.
    quiet = {"NNS_THREADS": "1", "OMP_NUM_THREADS": "1"}
    for batch in ["32", "128"]:
        commands = {"nns": [NNS, os.path.join(HERE, "training", "mlp.nns"), "3", batch]}
        if floor_binary():
            commands["floor"] = [floor_binary(), "3", batch, "own", "1"]
        if torch_python():
            commands["torch"] = [torch_python(), os.path.join(HERE, "training", "mlp_torch.py"), "3", batch, "1"]
        seconds = {peer: [] for peer in commands}
        accuracy = {}
        for turn in range(rounds):
            for peer in list(commands)[:: 1 if turn % 2 == 0 else -1]:
                text = run(commands[peer], quiet)[0]
                epochs = [float(s) for s in re.findall(r"^epoch \d+ ([\d.]+)", text, re.M)]
                seconds[peer].append(min(epochs[1:]))
                accuracy[peer] = re.search(r"acc(?:uracy)?[ =]([\d.]+)", text).group(1)

        def figure(peer):
            return f"{median(seconds[peer]):.3f}" if peer in seconds else "–"

        def ratio(above, below):
            if above not in seconds or below not in seconds:
                return "–"
            return f"{median([a / b for a, b in zip(seconds[above], seconds[below])]):.2f}"

        print(f"| {batch} | {figure('nns')} | {figure('floor')} | {figure('torch')} | {ratio('nns', 'floor')} | "
              f"{ratio('torch', 'nns')} | {', '.join(f'{p} {a}' for p, a in accuracy.items())} |", flush=True)
    print()


def networks(rounds):
    """Other kinds of networks beside PyTorch: seconds of an epoch on one thread and on two, and peak memory."""
    print("Networks: Adam, seconds per epoch and peak MB; made-up data, the same sizes and counts of parameters\n")
    print("| network | threads | NNS | PyTorch eager | PyTorch channels last | eager / NNS | NNS MB | PyTorch MB |")
    print("|---|---|---|---|---|---|---|---|")
    python = torch_python()
    for name in ["cnn", "transformer", "lstm", "tiny"]:
        for threads in ["1", "2"]:
            environment = {"NNS_THREADS": threads, "OMP_NUM_THREADS": threads}
            commands = {"nns": [NNS, os.path.join(HERE, "training", "networks.nns"), name, "4"]}
            if python:
                torch = [python, os.path.join(HERE, "training", "networks_torch.py"), name, "4", threads]
                commands["torch"] = torch
                if name == "cnn":
                    commands["last"] = torch + ["channels_last"]
            seconds = {peer: [] for peer in commands}
            memory, parameters = {}, set()
            for turn in range(rounds):
                for peer in list(commands)[:: 1 if turn % 2 == 0 else -1]:
                    text, _, _, memory[peer] = run(commands[peer], environment)
                    epochs = [float(s) for s in re.findall(r"^epoch \d+ ([\d.]+)", text, re.M)]
                    seconds[peer].append(min(epochs[1:]))
                    parameters.add((name, peer == "nns", re.search(r"parameters (\d+)", text).group(1)))
            # PyTorch's LSTM has its bias twice.
            if python and name != "lstm" and len({count for _, _, count in parameters}) != 1:
                raise SystemExit(f"{name}: the networks differ: {parameters}")

            def figure(peer):
                return f"{median(seconds[peer]):.3f}" if peer in seconds else "–"

            eager = f"{median([a / b for a, b in zip(seconds['torch'], seconds['nns'])]):.2f}" if python else "–"
            print(f"| {name} | {threads} | {figure('nns')} | {figure('torch')} | {figure('last')} | {eager} | "
                  f"{memory['nns']:.0f} | {memory['torch'] if python else math.nan:.0f} |", flush=True)
    print()


def size(rounds):
    """Start-up, the binary, and the memory that training takes."""
    print("Start and size\n")
    start = [run([NNS, "-e", "1"]) for _ in range(max(rounds, 20))]
    prompt = []
    for _ in range(max(rounds, 20)):
        begin = time.perf_counter()
        seconds = prompt_seconds(begin)
        if seconds is not None:
            prompt.append(seconds)
    print("| what | value |")
    print("|---|---|")
    print(f"| start to prompt | {median(prompt) * 1000:.1f} ms |" if prompt else "| start to prompt | – |")
    print(f"| `nns -e 1` | {median([s[1] for s in start]) * 1000:.1f} ms, {median([s[3] for s in start]):.0f} MB |")
    print(f"| binary | {os.path.getsize(NNS) / 1e6:.1f} MB |")
    memory = run([NNS, os.path.join(HERE, "training", "mlp.nns"), "1", "128"])[3]
    print(f"| peak memory of training the article's network | {memory:.0f} MB |\n", flush=True)


def prompt_seconds(begin):
    """Seconds until the prompt stands in a pseudo-terminal."""
    import pty
    import select

    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm", NNS_HISTORY="/dev/null", LC_ALL="C.UTF-8")
        os.execv(NNS, [NNS])
    seen = b""
    seconds = None
    while b"nns>" not in seen and select.select([terminal], [], [], 5)[0]:
        try:
            seen += os.read(terminal, 4096)
        except OSError:
            break
        seconds = time.perf_counter() - begin
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    os.close(terminal)
    return seconds if b"nns>" in seen else None


def main():
    arguments = sys.argv[1:]
    rounds = 5
    if "--rounds" in arguments:
        at = arguments.index("--rounds")
        rounds = int(arguments[at + 1])
        del arguments[at : at + 2]
    parts = {"evaluator": evaluator, "training": training, "networks": networks, "size": size}
    unknown = [a for a in arguments if a not in parts]
    if unknown:
        raise SystemExit(f"scripts/bench: no benchmark `{unknown[0]}`; there are {', '.join(parts)}")
    model = "?"
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "?")
    print(f"{time.strftime('%Y-%m-%d')}, {model}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
          f"{version([NNS, '--version'], r'[0-9][.0-9a-z-]*')}, rounds {rounds}\n")
    for part in arguments or parts:
        parts[part](rounds)


main()
