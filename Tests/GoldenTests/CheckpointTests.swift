import Foundation
import Testing

/// A training that is killed, over and over, comes to the weights of one that is left alone.
@Suite struct CheckpointTests {
  private static let program = """
    seed(11)
    x = normal(0, 1, [512, 12])
    y = x @ normal(0, 1, [12, 2])
    net = input(12) >> dense(24, relu) >> dropout(0.1) >> batch_norm >> dense(2)
    fit(&net, {x, y}, loss=mse, opt=adam(lr=cosine(0.01, steps=3000)), epochs=80, batch=16,
        checkpoint="training", resume="training", quiet=true)
    save(net, "net.nnm")
    """

  @Test func killedFiftyTimesATrainingComesToTheSameWeights() throws {
    let whole = try inFolder { folder in
      let outcome = try run(["-e", Self.program], in: folder)
      #expect(outcome.status == 0, "\(outcome.transcript)")
      return try Data(contentsOf: folder.appendingPathComponent("net.nnm"))
    }
    var kills = 0
    var random = SystemRandomNumberGenerator()
    while kills < 50 {
      let (killed, broken) = try inFolder { folder in
        var killed = 0
        while try !endsBeforeItIsKilled(in: folder, &random) { killed += 1 }
        return (killed, try Data(contentsOf: folder.appendingPathComponent("net.nnm")))
      }
      #expect(broken == whole, "after \(killed) kills")
      kills += killed
      // A machine on which nothing is ever killed has no test here.
      try #require(killed > 0)
    }
  }

  /// Runs the program and ends it somewhere in its first tenth of a second.
  ///
  /// - Returns: whether it came to its end before that.
  private func endsBeforeItIsKilled(in folder: URL, _ random: inout SystemRandomNumberGenerator) throws -> Bool {
    let process = Process()
    process.executableURL = House.binary
    process.arguments = ["-e", Self.program]
    process.currentDirectoryURL = folder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    usleep(UInt32.random(in: 20_000..<120_000, using: &random))
    if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    process.waitUntilExit()
    if process.terminationReason == .uncaughtSignal { return false }
    #expect(process.terminationStatus == 0)
    return true
  }
}
