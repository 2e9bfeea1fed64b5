// swift-tools-version: 6.1
import PackageDescription

// One direction: text → tree → bytecode → values → modules → display (docs/architecture.md).
// A target lists here exactly what its files import; scripts/check compares the two.

let swiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("InternalImportsByDefault"),
  // The evaluator alone touches its objects; checking each access to a counter at run time costs a fifth of the time.
  .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

// Without -fno-math-errno clang cannot vectorise square roots, and Adam is 15 times slower.
let kernelFlags: [CSetting] = [.unsafeFlags(["-O3", "-fno-math-errno"])]

// The evaluator's loop: the compiler copies the jump to the next instruction behind each one only where few of them meet,
// unless told otherwise. With one jump for all, the processor foresees the next instruction badly.
let dispatchFlags: [SwiftSetting] = [
  .unsafeFlags(
    ["-Xllvm", "-tail-dup-pred-size=1000", "-Xllvm", "-tail-dup-succ-size=1000"], .when(configuration: .release))
]

func module(_ name: String, _ dependencies: [Target.Dependency] = [], _ more: [SwiftSetting] = []) -> Target {
  .target(name: name, dependencies: dependencies, exclude: ["README.md"], swiftSettings: swiftSettings + more)
}

let package = Package(
  name: "nns",
  products: [.executable(name: "nns", targets: ["nns"])],
  targets: [
    // C: system libraries behind thin shims, and our own kernels.
    .systemLibrary(name: "CZlib"),
    .target(name: "COneDNN", exclude: ["README.md"], linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CLapack", exclude: ["README.md"], linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CKernels", exclude: ["README.md"], cSettings: kernelFlags),
    .target(
      name: "CLibEdit", dependencies: ["CKernels"], exclude: ["README.md"], linkerSettings: [.linkedLibrary("edit")]),
    .target(name: "CDatasets", exclude: ["README.md", "data"]),
    .target(name: "CStdlib", exclude: ["README.md"]),

    // Text and trees.
    module("Diagnostics"),
    module("Syntax", ["Diagnostics"]),
    module("JSON", ["Diagnostics"]),

    // Numbers and learning.
    module("Tensors", ["Diagnostics", "CKernels", "CLapack", "COneDNN"]),
    module("Autodiff", ["Diagnostics", "Tensors"]),
    module("Layers", ["CZlib", "Diagnostics", "JSON", "Tensors", "Autodiff"]),
    module("Losses", ["Diagnostics", "Tensors", "Autodiff"]),
    module("Optimizers", ["Diagnostics", "Tensors", "Autodiff", "Layers"]),
    module("Training", ["Diagnostics", "CKernels", "Tensors", "Autodiff", "Layers", "Losses", "Optimizers"]),

    // Data, judging, explaining.
    module("Tables", ["Diagnostics", "JSON", "Tensors", "CZlib", "CDatasets"]),
    module("Preprocessing", ["Diagnostics", "JSON", "Tensors", "Autodiff", "Layers", "Tables"]),
    module("Compression", ["Diagnostics", "JSON", "Tensors", "Autodiff", "Layers"]),
    module("Evaluation", ["Diagnostics", "Tensors", "Tables"]),
    module("Insight", ["Diagnostics", "Tensors", "Autodiff", "Layers", "Losses"]),
    module("Charts", ["Diagnostics"]),

    // The language.
    module("Evaluator", ["CKernels", "Diagnostics", "Syntax", "Tensors", "Autodiff"], dispatchFlags),
    module(
      "Bindings",
      [
        "CStdlib", "Diagnostics", "JSON", "Syntax", "Evaluator", "Tensors", "Autodiff", "Layers", "Losses",
        "Optimizers", "Training", "Tables", "Preprocessing", "Compression", "Evaluation", "Insight", "Charts",
      ]),
    module("Checker", ["Diagnostics", "Syntax", "Tensors", "Evaluator"]),
    module(
      "Session",
      ["Diagnostics", "JSON", "Syntax", "Evaluator", "Checker", "Bindings", "Charts", "Tables", "Tensors"]),
    module("Terminal", ["CLibEdit", "Diagnostics", "Syntax", "Tensors", "Bindings", "Session", "Charts"]),
    .executableTarget(
      name: "nns",
      dependencies: ["Terminal"],
      exclude: ["README.md"], swiftSettings: swiftSettings,
      // One file, without symbols, that runs where no Swift is installed, and starts faster.
      linkerSettings: [
        .unsafeFlags(["-static-stdlib"], .when(platforms: [.linux]))
      ]),

    // The tests of whole programs, and the tool behind scripts/check and scripts/parity.
    .testTarget(name: "GoldenTests", dependencies: ["Diagnostics"]),
    .testTarget(name: "SyntaxTests", dependencies: ["Diagnostics", "Syntax"], exclude: ["Errors"]),
    .testTarget(
      name: "LibraryTests",
      dependencies: ["Diagnostics", "Tensors", "Syntax", "Evaluator", "Bindings", "Session", "Charts"]),
    .testTarget(name: "AutodiffTests", dependencies: ["Diagnostics", "Tensors", "Autodiff"]),
    .testTarget(name: "LayerTests", dependencies: ["Diagnostics", "Tensors", "Autodiff", "Layers"]),
    .testTarget(
      name: "TrainingTests",
      dependencies: ["CKernels", "Diagnostics", "Tensors", "Autodiff", "Layers", "Optimizers", "Training"]),
    .testTarget(name: "TensorTests", dependencies: ["Diagnostics", "Tensors", "CKernels"]),
    .testTarget(
      name: "DataTests",
      dependencies: ["Diagnostics", "Tensors", "Autodiff", "Layers", "Tables", "Preprocessing", "Evaluation"]),
    .testTarget(name: "ChartTests", dependencies: ["Charts"], exclude: ["Goldens"]),
    .target(name: "CPseudoTerminal", path: "Tests/CPseudoTerminal"),
    .testTarget(name: "PTYTests", dependencies: ["CPseudoTerminal"]),
    .executableTarget(name: "workbench", path: "Tests/Workbench"),

    // Random programs, for scripts/bench fuzz and, a few of them, for the tests.
    .target(
      name: "Fuzzing",
      dependencies: [
        "CKernels", "Diagnostics", "Syntax", "Tensors", "Evaluator", "Checker", "Bindings", "Session", "Charts",
      ], path: "Tests/Fuzzing", swiftSettings: swiftSettings),
    .executableTarget(name: "fuzz", dependencies: ["Fuzzing"], path: "Tests/Fuzz"),
  ]
)
