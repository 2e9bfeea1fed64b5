local function body(x, y, z, vx, vy, vz, m)
  return {x = x, y = y, z = z, vx = vx, vy = vy, vz = vz, m = m}
end

local function step(bodies, dt)
  local n = #bodies
  for i = 1, n do
    local a = bodies[i]
    for j = i + 1, n do
      local b = bodies[j]
      local dx, dy, dz = a.x - b.x, a.y - b.y, a.z - b.z
      local d2 = dx * dx + dy * dy + dz * dz
      local pull = dt / (d2 * d2 ^ 0.5)
      a.vx = a.vx - dx * b.m * pull
      a.vy = a.vy - dy * b.m * pull
      a.vz = a.vz - dz * b.m * pull
      b.vx = b.vx + dx * a.m * pull
      b.vy = b.vy + dy * a.m * pull
      b.vz = b.vz + dz * a.m * pull
    end
  end
  for i = 1, n do
    local a = bodies[i]
    a.x = a.x + dt * a.vx
    a.y = a.y + dt * a.vy
    a.z = a.z + dt * a.vz
  end
end

local function main()
  local bodies = {
    body(0, 0, 0, 0, 0, 0, 39.47),
    body(4.84, -1.16, -0.10, 0.6, 2.81, -0.02, 0.037),
    body(8.34, 4.12, -0.4, -1.01, 1.82, 0.008, 0.011),
    body(12.89, -15.11, -0.22, 1.08, 0.86, -0.01, 0.0017),
    body(15.37, -25.9, 0.179, 0.979, 0.594, -0.034, 0.002),
  }
  for k = 1, 200000 do step(bodies, 0.01) end
  print(string.format("%.17g", bodies[1].x))
end

main()
