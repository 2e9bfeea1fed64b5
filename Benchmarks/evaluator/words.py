def main():
    words = "the quick brown fox jumps over the lazy dog and the dog sleeps while the fox runs"
    total = 0
    for round in range(30_000):
        counts = {}
        for word in words.split(" "):
            key = "w_" + word
            if key in counts:
                counts[key] = counts[key] + 1
            else:
                counts[key] = 1
        line = ""
        for key in counts.keys():
            line = line + f"{key}={counts[key]};"
        total = total + len(line.upper())
    print(total)


main()
