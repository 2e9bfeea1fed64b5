def main():
    n = 400
    steps = 0
    for row in range(n):
        for column in range(n):
            x0 = column / n * 3.0 - 2.0
            y0 = row / n * 2.0 - 1.0
            x = 0.0
            y = 0.0
            k = 0
            while k < 200 and x * x + y * y < 4.0:
                next = x * x - y * y + x0
                y = 2.0 * x * y + y0
                x = next
                k = k + 1
            steps = steps + k
    print(steps)


main()
