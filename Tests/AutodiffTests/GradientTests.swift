import Autodiff
import Diagnostics
import Glibc
import Tensors
import Testing

/// Derivatives: the one table of operations, and the graph itself.
@Suite struct GradientTests {
  @Test(arguments: differentiableOperations)
  func firstAndSecondDerivativesAgreeWithCentralDifferences(_ operation: AnyOperation) throws {
    #expect(!operation.gradientCases.isEmpty, "\(operation.name) has no samples")
    for gradientCase in operation.gradientCases {
      let (first, second) = try CentralDifferences(gradientCase: gradientCase).worst()
      #expect(first < 1e-6, "first derivative of \(gradientCase.name)")
      #expect(second < 1e-6, "second derivative of \(gradientCase.name)")
    }
  }

  @Test func everyDeclaredOperationStandsInTheTable() throws {
    let names = Set(differentiableOperations.map(\.name))
    var declared = 0
    for text in try operationSources() {
      for line in text.split(separator: "\n") where line.contains("static let") && line.contains("Operation") {
        // `static let add: BinaryOperation = BinaryOperation("add", …` may break before the name.
        declared += line.contains("[AnyOperation]") ? 0 : 1
      }
      for name in quoted(after: "Operation(", in: text) { #expect(names.contains(name), "\(name) is not in the table") }
    }
    #expect(declared == differentiableOperations.count)
    #expect(names.count == differentiableOperations.count, "two operations have one name")
  }

  @Test func aDeepGraphNeedsNoStack() throws {
    let x = try variable(Tensor([1.0], []))
    let gradient = try recording {
      var y = x
      for _ in 0..<100_000 { y = try Op.add(y, Tensor(number: 1)) }
      return y
    }
    #expect(try backward(gradient, leaves: [x])[0]?.item == 1)
  }

  @Test func aGradientInsideAGradientSeesTheOuterVariable() throws {
    // d/dw d/dx (w x²) = 2 x.
    let w = try variable(Tensor([3.0], []))
    let x = Tensor([5.0], [])
    let inner = try recording {
      let leaf = try variable(x)
      let y = try recording { try Op.multiply(w, Op.square(leaf)) }
      return try backward(y, leaves: [leaf])[0] ?? x
    }
    #expect(try inner.item == 30)
    #expect(try backward(inner, leaves: [w])[0]?.item == 10)
  }

  @Test func nothingIsRecordedWithoutAVariable() throws {
    let x = Tensor([1.0, 2.0], [2])
    #expect(try Op.exp(x).node == nil)
    let leaf = try variable(x)
    let gradient = try backward(Op.sum(Op.exp(leaf)), leaves: [leaf])[0]
    #expect(gradient?.node == nil)
  }

  @Test func aLanguageNumberKeepsTheDtypeOfWhatItMeets() throws {
    let number = try variable(Tensor(number: 2))
    let x = Tensor([Float(1), 2, 3], [3])
    let y = try Op.multiply(x, number)
    #expect(y.dtype == .f32)
    let gradient = try backward(Op.sum(y), leaves: [number])[0]
    #expect(gradient?.isNumber == true)
    #expect(try gradient?.item == 6)
  }

  @Test func wholeNumbersHaveNoGradient() throws {
    #expect(throws: Failure.self) { try variable(Tensor([1, 2], [2])) }
  }

  @Test func productsPassOverZeros() throws {
    let x = try variable(Tensor([2.0, 0.0, 3.0], [3]))
    #expect(try backward(Op.prod(x), leaves: [x])[0]?.doubles == [0, 6, 0])
    #expect(try backward(Op.sum(Op.cumprod(x, axis: 0)), leaves: [x])[0]?.doubles == [1, 8, 0])
  }

  @Test func anAutopsyNamesTheFirstBadOperation() throws {
    let x = try variable(Tensor([1.0, 0.0], [2]))
    do {
      _ = try Autopsy.run { try Op.mean(Op.multiply(Op.log(x), Tensor(number: 0))) }
      Issue.record("nothing was thrown")
    } catch let failure as Failure {
      #expect(failure.id == "nan-loss")
      #expect(failure.facts.first?.value == "log(0) = -inf")
    }
  }

  @Test func jacobianAndHessian() throws {
    let x = Tensor([1.0, 2.0], [2])
    #expect(try jacobian(of: { try Op.square($0) }, x).doubles == [2, 0, 0, 4])
    #expect(try hessian(of: { try Op.prod($0) }, x).doubles == [0, 1, 1, 0])
  }

  // MARK: The declarations, as text.

  private func operationSources(file: String = #filePath) throws -> [String] {
    let root = file.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    let folder = root + "/Sources/Autodiff/Operations"
    guard let directory = opendir(folder) else {
      Issue.record("\(folder) cannot be read")
      return []
    }
    defer { closedir(directory) }
    var texts: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard name.hasSuffix(".swift"), let stream = fopen("\(folder)/\(name)", "r") else { continue }
      defer { fclose(stream) }
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 65536)
      while case let count = fread(&buffer, 1, buffer.count, stream), count > 0 { bytes += buffer[..<count] }
      texts.append(String(decoding: bytes, as: UTF8.self))
    }
    return texts
  }

  /// The string literals that follow `marker`, spaces and line breaks aside.
  private func quoted(after marker: String, in text: String) -> [String] {
    var found: [String] = []
    var rest = Substring(text)
    while let range = rest.firstRange(of: marker) {
      rest = rest[range.upperBound...]
      let start = rest.drop { $0 == " " || $0 == "\n" }
      if start.first == "\"" { found.append(String(start.dropFirst().prefix { $0 != "\"" })) }
    }
    return found
  }
}

extension AnyOperation: CustomTestStringConvertible {
  public var testDescription: String { name }
}
