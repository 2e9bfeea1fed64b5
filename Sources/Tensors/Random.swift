import CKernels
import Diagnostics
import Glibc

/// A counter-based stream of random numbers: the i-th word depends on (seed, stream, i) alone, so the same numbers come
/// whatever the number of threads or the size of a batch.
///
/// Philox 4x32-10: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011).
package struct RandomStream: Sendable, RandomNumberGenerator {
  package let seed: UInt64
  package let stream: UInt64
  /// The next 32-bit word.
  package var position: UInt64 = 0

  package init(seed: UInt64, stream: UInt64) {
    self.seed = seed
    self.stream = stream
  }

  /// A stream of its own for a part of this one, such as an epoch or a place in a model.
  package func split(_ part: UInt64) -> RandomStream {
    var words: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
    withUnsafeMutableBytes(of: &words) {
      nns_philox(seed ^ 0x9E37_79B9_7F4A_7C15, stream, part, $0.baseAddress!.assumingMemoryBound(to: UInt32.self))
    }
    return RandomStream(seed: seed, stream: UInt64(words.0) << 32 | UInt64(words.1))
  }

  package mutating func words(_ count: Int) -> [UInt32] {
    let result = [UInt32](unsafeUninitializedCapacity: count) { buffer, filled in
      if let base = buffer.baseAddress { nns_philox_words(seed, stream, position, base, count) }
      filled = count
    }
    position &+= UInt64(count)
    return result
  }

  package mutating func next() -> UInt64 {
    if position & 1 == 1 { position += 1 }
    var pair: (UInt32, UInt32) = (0, 0)
    withUnsafeMutableBytes(of: &pair) {
      nns_philox_words(seed, stream, position, $0.baseAddress!.assumingMemoryBound(to: UInt32.self), 2)
    }
    position += 2
    return UInt64(pair.0) << 32 | UInt64(pair.1)
  }

  /// A double in 0 ..< 1 with 53 random bits.
  package mutating func nextUnit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A whole number in 0 ..< bound without bias.
  package mutating func next(below bound: Int) -> Int {
    precondition(bound > 0)
    return Int(next(upperBound: UInt64(bound)))
  }
}

/// The session's source of streams: each consumer draws one, so none shifts another's numbers. Starts from seed 0.
package struct RandomSource: Sendable {
  package private(set) var seed: UInt64
  package private(set) var drawn: UInt64 = 0

  package init(seed: UInt64 = 0) { self.seed = seed }

  package mutating func nextStream() -> RandomStream {
    drawn += 1
    return RandomStream(seed: seed, stream: drawn)
  }
}

extension RandomSource {
  /// The source that layers, shuffles and the language's random functions draw from. Only the evaluator's thread draws;
  /// a lock guards it all the same, since tests run side by side.
  private static let shared = Guarded(RandomSource())

  /// The next stream of the session's source.
  package static func next() -> RandomStream { shared.change { $0.nextStream() } }

  /// Starts the session's source anew; without a seed, from entropy.
  package static func reseed(_ seed: UInt64?) {
    shared.change { $0 = RandomSource(seed: seed ?? SystemRandomNumberGenerator().draw()) }
  }

  /// The session's source as it stands, to be put back later.
  package static var current: RandomSource {
    get { shared.change { $0 } }
    set { shared.change { $0 = newValue } }
  }
}

extension SystemRandomNumberGenerator {
  fileprivate func draw() -> UInt64 {
    var generator = self
    return generator.next()
  }
}

/// A value behind a lock.
private final class Guarded<Value>: @unchecked Sendable {
  private var value: Value
  private let lock: UnsafeMutablePointer<pthread_mutex_t>

  init(_ value: Value) {
    self.value = value
    lock = .allocate(capacity: 1)
    pthread_mutex_init(lock, nil)
  }

  func change<R>(_ body: (inout Value) -> R) -> R {
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    return body(&value)
  }
}
