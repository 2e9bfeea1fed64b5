import CDatasets
import Diagnostics
import Glibc
package import Tensors

/// The data sets that `dataset(name)` knows: some ship inside the program, Fashion-MNIST comes from a Debian package.
///
/// Sources and licences are in `docs/datasets.md`.
package struct Dataset: Sendable {
  /// One part of a data set.
  package enum Part: Sendable {
    case arrays(x: Tensor, y: Tensor)
    /// For sets whose columns are not all numbers.
    case table(Table)
  }

  package var train: Part
  package var test: Part
  /// What the labels 0, 1, … stand for.
  package var classes: [String]
  /// The features in the order of x's last axis; the classes for images, whose pixels have no names.
  package var names: [String]
  /// All rows, for sets that are tables.
  package var table: Table?

  package static let known = ["digits", "fashion-mnist", "iris", "penguins", "wine"]

  /// - Throws: `unknown-dataset`, and `file-missing` or `file-format` for one that lies outside the program.
  package static func named(_ name: String) throws -> Dataset {
    switch name {
    case "fashion-mnist": return try FashionMNIST.load()
    case "digits": return try digits()
    case "iris": return try numeric("iris", target: "species")
    case "wine": return try numeric("wine", target: "cultivar")
    case "penguins": return try penguins()
    default:
      let near = nearMisses(name, among: known)
      let all = known.map { "\"\($0)\"" }.joined(separator: ", ")
      throw Failure(
        "unknown-dataset", "there is no data set `\(name)`", argument: 0,
        why: near.isEmpty ? "these are known: \(all)." : "did you mean \"\(near[0])\"?")
    }
  }

  /// Every fifth row of each class is for testing: the shipped sets are small and ordered, so this keeps the classes in
  /// proportion.
  static func parts(_ labels: [Int]) -> (train: [Int], test: [Int]) {
    var seen: [Int: Int] = [:]
    var (train, test) = ([Int](), [Int]())
    for (row, label) in labels.enumerated() {
      let count = seen[label, default: 0]
      seen[label] = count + 1
      if count % 5 == 4 { test.append(row) } else { train.append(row) }
    }
    return (train, test)
  }

  private static func shipped(_ name: String) throws -> Table {
    let file = nns_shipped(name)
    let bytes = Array(UnsafeBufferPointer(start: file.bytes, count: file.size))
    var options = CSVOptions()
    options.hasHeader = name != "digits"
    return try CSV.parse(Inflate.expanded(bytes, name: name), name: name, options: options)
  }

  private static func numeric(_ name: String, target: String) throws -> Dataset {
    let table = try shipped(name)
    let (labels, classes) = try table.column(target).coded(sorted: true)
    let features = try table.drop([target])
    let x = try features.matrix().floats
    let width = features.columnCount
    func part(_ rows: [Int]) -> Part {
      .arrays(
        x: Tensor(rows.flatMap { x[$0 * width..<($0 + 1) * width] }, [rows.count, width]),
        y: Tensor(rows.map { labels[$0] }))
    }
    let (train, test) = parts(labels)
    return Dataset(
      train: part(train), test: part(test), classes: classes.compactMap(\.text), names: features.names, table: table)
  }

  private static func digits() throws -> Dataset {
    let columns = try shipped("digits").columns.compactMap(\.numbers)
    let pixels = columns.dropLast().map { $0.map { UInt8($0) } }
    let labels = (columns.last ?? []).map { Int($0) }
    func part(_ rows: [Int]) -> Part {
      .arrays(
        x: Tensor(rows.flatMap { row in pixels.map { $0[row] } }, [rows.count, 8, 8]),
        y: Tensor(rows.map { labels[$0] }))
    }
    let (train, test) = parts(labels)
    let classes = (0..<10).map(String.init)
    return Dataset(train: part(train), test: part(test), classes: classes, names: classes)
  }

  private static func penguins() throws -> Dataset {
    let table = try shipped("penguins")
    let (labels, classes) = try table.column("species").coded(sorted: true)
    let (train, test) = parts(labels)
    return Dataset(
      train: .table(table.gather(train)), test: .table(table.gather(test)), classes: classes.compactMap(\.text),
      names: table.names.filter { $0 != "species" }, table: table)
  }
}

/// Zalando's 70,000 pictures of clothing, as Debian's package installs them.
enum FashionMNIST {
  static let folder = "/usr/share/datasets/fashion-mnist"
  static let classes = [
    "T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
  ]

  static func load() throws -> Dataset {
    Dataset(train: try part("train"), test: try part("t10k"), classes: classes, names: classes)
  }

  private static func part(_ prefix: String) throws -> Dataset.Part {
    let images = try file("\(prefix)-images-idx3-ubyte")
    let labels = try file("\(prefix)-labels-idx1-ubyte")
    let x = try IDX.read(path: images)
    let y = try IDX.read(path: labels)
    guard x.rank == 3, x.shape[1] == 28, x.shape[2] == 28, x.dtype == .u8 else {
      throw Failure(
        "file-format", "`\(images)` does not hold pictures of 28 by 28 bytes", why: "it holds \(x.dtype)\(x.shape).")
    }
    let codes = try y.ints
    guard y.rank == 1, codes.count == x.shape[0], codes.allSatisfy({ (0..<10).contains($0) }) else {
      throw Failure(
        "file-format", "`\(labels)` does not hold \(x.shape[0]) labels from 0 to 9",
        why: "it holds \(y.dtype)\(y.shape).")
    }
    return .arrays(x: x, y: Tensor(codes))
  }

  private static func file(_ name: String) throws -> String {
    try Outside.reach("the files of this data set")
    let elsewhere = getenv("NNS_DATA").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    let folders = elsewhere.map { ["\($0)/fashion-mnist", $0] } ?? [folder]
    for folder in folders {
      for ending in [".gz", ""] where access("\(folder)/\(name)\(ending)", F_OK) == 0 {
        return "\(folder)/\(name)\(ending)"
      }
    }
    if let elsewhere {
      throw Failure(
        "file-missing", "there is no `\(name).gz` in `\(elsewhere)`",
        why: "the environment variable NNS_DATA says that the data sets are there.")
    }
    throw Failure(
      "file-missing", "the Fashion-MNIST files are not on this machine", facts: [.init("looked in", folder)],
      why: "Debian has them as a package: `apt install dataset-fashion-mnist`.",
      hint: "dataset(\"digits\")")
  }
}
