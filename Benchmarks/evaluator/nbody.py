class Body:
    def __init__(self, x, y, z, vx, vy, vz, m):
        self.x, self.y, self.z = x, y, z
        self.vx, self.vy, self.vz = vx, vy, vz
        self.m = m


def step(bodies, dt):
    n = len(bodies)
    for i in range(n):
        a = bodies[i]
        for j in range(i + 1, n):
            b = bodies[j]
            dx = a.x - b.x
            dy = a.y - b.y
            dz = a.z - b.z
            d2 = dx * dx + dy * dy + dz * dz
            pull = dt / (d2 * d2 ** 0.5)
            a.vx = a.vx - dx * b.m * pull
            a.vy = a.vy - dy * b.m * pull
            a.vz = a.vz - dz * b.m * pull
            b.vx = b.vx + dx * a.m * pull
            b.vy = b.vy + dy * a.m * pull
            b.vz = b.vz + dz * a.m * pull
    for body in bodies:
        body.x = body.x + dt * body.vx
        body.y = body.y + dt * body.vy
        body.z = body.z + dt * body.vz


def main():
    bodies = [
        Body(0, 0, 0, 0, 0, 0, 39.47),
        Body(4.84, -1.16, -0.10, 0.6, 2.81, -0.02, 0.037),
        Body(8.34, 4.12, -0.4, -1.01, 1.82, 0.008, 0.011),
        Body(12.89, -15.11, -0.22, 1.08, 0.86, -0.01, 0.0017),
        Body(15.37, -25.9, 0.179, 0.979, 0.594, -0.034, 0.002),
    ]
    for k in range(200_000):
        step(bodies, 0.01)
    print(bodies[0].x)


main()
