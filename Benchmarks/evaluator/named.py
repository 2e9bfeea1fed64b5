def scaled(x, by=2, offset=0):
    return x * by + offset


def clamp(x, low=0, high=100):
    if x < low:
        return low
    if x > high:
        return high
    return x


def main():
    total = 0
    for i in range(2_000_000):
        a = scaled(i, offset=3)
        b = scaled(i, by=0.5)
        total = total + clamp(a - b, high=50) + clamp(b - a, low=-10, high=10)
    print(total)


main()
