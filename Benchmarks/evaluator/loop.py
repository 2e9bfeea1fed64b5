def main():
    total = 0.0
    for i in range(6325):
        for j in range(6325):
            total = total + i * j
    print(total)


main()
