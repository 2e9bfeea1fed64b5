import Diagnostics
import Evaluation
import Tables
import Testing

@Suite struct MetricReferenceTests {
  @Test(arguments: ReferenceCase.all("metrics"))
  func agreesWithScikitLearn(_ one: ReferenceCase) throws {
    let averaging = one.text("average").flatMap(Averaging.init) ?? .macro
    func confusion() throws -> Confusion {
      let labels = (one.arguments["labels"] as? [Any]).map { flatten($0).map { Int($0) } }
      return try Confusion(one.integers("y_pred"), one.integers("y_true"), classes: labels, weights: one.weights)
    }
    func curve(_ key: String = "score") throws -> RankingCurve {
      try RankingCurve(one.numbers(key), one.bools("y_true"), weights: one.weights)
    }
    let (p, y) = (one.numbers("y_pred"), one.numbers("y_true"))
    let (groups, classes) = (one.integers("y_pred"), one.integers("y_true"))
    let k = one.rows("prob").first?.count ?? 0
    let width = max(1, k)
    switch one.operation {
    case "accuracy": one.expect("value", try confusion().accuracy)
    case "balanced_accuracy": one.expect("value", try confusion().balancedAccuracy)
    case "confusion_matrix":
      let how: Confusion.Normalization? =
        switch one.text("normalize") {
        case "true": .truth
        case "pred": .prediction
        case "all": .all
        default: nil
        }
      let matrix = try confusion()
      one.expect("matrix", how.map(matrix.normalized) ?? matrix.counts)
    case "precision_recall_f1":
      let matrix = try confusion()
      if one.text("average") == "none" {
        let all = matrix.perClass()
        one.expect("precision", all.map(\.precision))
        one.expect("recall", all.map(\.recall))
        one.expect("f1", all.map(\.f))
      } else {
        one.expect("precision", try matrix.precision(averaging))
        one.expect("recall", try matrix.recall(averaging))
        one.expect("f1", try matrix.fScore(beta: 1, averaging))
      }
    case "fbeta": one.expect("value", try confusion().fScore(beta: one.number("beta") ?? 1, averaging))
    case "jaccard": one.expect("value", try confusion().jaccard(averaging))
    case "mcc": one.expect("value", try confusion().matthews)
    case "cohen_kappa":
      one.expect("value", try confusion().kappa(one.text("weights").flatMap(Confusion.KappaWeights.init) ?? .none))
    case "hamming_loss", "zero_one_loss": one.expect("value", 1 - (try confusion().accuracy))
    case "roc_curve":
      let roc = try curve().roc(dropIntermediate: (one.integer("drop_intermediate") ?? 0) != 0)
      one.expect("fpr", roc.fpr)
      one.expect("tpr", roc.tpr)
      one.expect("thresholds", roc.threshold)
    case "roc_auc": one.expect("value", try curve().area(upTo: one.number("max_fpr")))
    case "precision_recall_curve":
      let pr = try curve().precisionRecall
      one.expect("precision", pr.precision)
      one.expect("recall", pr.recall)
      one.expect("thresholds", pr.threshold)
    case "average_precision": one.expect("value", try curve().averagePrecision)
    case "det_curve":
      let det = try curve().detectionError
      one.expect("fpr", det.fpr)
      one.expect("fnr", det.fnr)
      one.expect("thresholds", det.threshold)
    case "log_loss":
      one.expect("value", try Probabilities.logLoss(one.numbers("prob"), classes: width, classes))
    case "brier": one.expect("value", try Probabilities.brier(one.numbers("prob"), classes: width, classes))
    case "calibration_curve":
      let parts = try Probabilities.calibration(
        one.numbers("prob"), one.bools("y_true"), bins: one.integer("bins") ?? 10,
        by: one.text("strategy").flatMap(Probabilities.Bins.init) ?? .uniform)
      one.expect("fraction_positive", parts.map(\.happened))
      one.expect("mean_predicted", parts.map(\.predicted))
    case "ece":
      one.expect(
        "value",
        try Probabilities.calibrationError(one.numbers("prob"), one.bools("y_true"), bins: one.integer("bins") ?? 10))
    case "threshold_by_cost":
      let criterion = RankingCurve.Criterion.cost(
        falsePositive: one.number("fp_cost") ?? 1, falseNegative: one.number("fn_cost") ?? 1)
      let best = try curve().bestThreshold(criterion)
      one.expect("threshold", best.threshold)
      one.expect("cost", best.value)
      one.expect("costs", try curve().values(criterion))
    case "threshold_youden":
      let best = try curve().bestThreshold(.youden)
      one.expect("threshold", best.threshold)
      one.expect("j", best.value)
    case "roc_auc_multiclass":
      let (scheme, scores) = (Multiclass.Scheme(rawValue: one.text("multi_class") ?? "") ?? .ovr, one.numbers("prob"))
      if one.text("average") == "none" {
        one.expect("value", try Multiclass.areas(scores, classes: k, classes))
      } else {
        let average = one.text("average").flatMap(Multiclass.Average.init) ?? .macro
        one.expect("value", try Multiclass.area(scores, classes: k, classes, scheme, average))
      }
    case "average_precision_multiclass":
      one.expect("value", try Multiclass.averagePrecision(one.numbers("prob"), classes: k, classes, .macro))
    case "top_k_accuracy":
      one.expect(
        "value", try Probabilities.topK(one.numbers("prob"), classes: k, classes, top: one.integer("k") ?? 1))
    case "ndcg":
      let items = one.rows("score").first?.count ?? 0
      one.expect(
        "value", try Ranking.ndcg(one.numbers("score"), one.numbers("relevance"), items: items, top: one.integer("k")))
    case "label_ranking_average_precision":
      let items = one.rows("score").first?.count ?? 0
      one.expect("value", try Ranking.averagePrecision(one.numbers("score"), one.bools("y_true"), items: items))
    case "mse": one.expect("value", try Regression.mse(p, y))
    case "rmse": one.expect("value", try Regression.rmse(p, y))
    case "mae": one.expect("value", try Regression.mae(p, y))
    case "median_ae": one.expect("value", try Regression.medianAE(p, y))
    case "r2": one.expect("value", try Regression.r2(p, y))
    case "explained_variance": one.expect("value", try Regression.explainedVariance(p, y))
    case "max_error": one.expect("value", try Regression.maxError(p, y))
    case "mape": one.expect("value", try Regression.mape(p, y))
    case "msle": one.expect("value", try Regression.msle(p, y))
    case "pinball": one.expect("value", try Regression.pinball(p, y, q: one.number("alpha") ?? 0.5))
    case "poisson_deviance": one.expect("value", try Regression.poissonDeviance(p, y))
    case "d2_absolute_error": one.expect("value", try Regression.d2Absolute(p, y))
    case "adjusted_rand": one.expect("value", try Clustering.adjustedRand(groups, classes))
    case "nmi": one.expect("value", try Clustering.normalizedMutualInformation(groups, classes))
    case "homogeneity": one.expect("value", try Clustering.homogeneity(groups, classes))
    case "v_measure": one.expect("value", try Clustering.vMeasure(groups, classes))
    case "silhouette":
      one.expect(
        "value",
        try Clustering.silhouette(
          one.numbers("x"), width: one.rows("x").first?.count ?? 1, one.integers("labels")))
    default: Issue.record("no test for \(one.operation)")
    }
  }
}

@Suite struct SplitReferenceTests {
  @Test(arguments: ReferenceCase.all("splits"))
  func agreesWithScikitLearn(_ one: ReferenceCase) throws {
    let k = one.integer("k") ?? 0
    let n = one.integers("n").first ?? flatten(one.inputs["n"]).first.map { Int($0) } ?? 0
    func folds() throws -> [Fold]? {
      switch one.operation {
      case "kfold": try Folds.plain(order: Array(0..<n), k: k)
      case "stratified_kfold": try Folds.stratified(one.integers("y"), k: k)
      case "group_kfold": try Folds.grouped(one.integers("groups"), k: k)
      case "stratified_group_kfold":
        try Folds.stratifiedGrouped(one.integers("y"), groups: one.integers("groups"), k: k)
      case "time_series_split":
        try Folds.time(
          rows: n, k: k, gap: one.integer("gap") ?? 0, testSize: one.integer("test_size"),
          largestTrain: one.integer("max_train_size"))
      case "leave_one_out": try Folds.leaveOneOut(rows: n)
      case "leave_one_group_out": try Folds.leaveOneGroupOut(one.integers("groups"))
      default: nil
      }
    }
    if one.operation == "class_weight_balanced" {
      one.expect("weights", Folds.balancedWeights(one.integers("y")))
    } else if one.expected["error"] != nil {
      #expect(throws: Failure.self) { try folds() }
    } else if let got = try folds() {
      let wanted = (one.expected["folds"] as? [[String: Any]] ?? []).map { fold in
        Fold(train: flatten(fold["train"]).map { Int($0) }, test: flatten(fold["test"]).map { Int($0) })
      }
      #expect(got == wanted)
    }
  }
}

@Suite struct StatisticsReferenceTests {
  @Test(arguments: ReferenceCase.all("stats"))
  func agreesWithScipy(_ one: ReferenceCase) throws {
    func expect(_ outcome: Comparisons.Outcome, _ statistic: String?) {
      if let statistic { one.expect(statistic, outcome.statistic) }
      one.expect("p", outcome.p)
    }
    switch one.operation {
    case "proportion_ci":
      let how = one.text("method").flatMap(Intervals.Proportion.init) ?? .wilson
      let interval = try Intervals.proportion(
        one.integer("successes") ?? 0, of: one.integer("n") ?? 0, level: one.number("level") ?? 0.95, how)
      one.expect("low", interval.low)
      one.expect("high", interval.high)
    case "mcnemar":
      let exact = one.integer("exact") == 1
      expect(
        try Comparisons.mcnemar(one.integer("b") ?? 0, one.integer("c") ?? 0, exact: exact), exact ? nil : "statistic")
    case "paired_t_test": expect(try Comparisons.pairedT(one.numbers("a"), one.numbers("b")), "t")
    case "wilcoxon": expect(try Comparisons.wilcoxon(one.numbers("a"), one.numbers("b")), "statistic")
    case "corrected_resampled_t":
      expect(
        try Comparisons.correctedT(
          one.numbers("a"), one.numbers("b"), share: (one.number("n_test") ?? 0) / (one.number("n_train") ?? 1)), "t")
    case "auc_delong_ci":
      let found = try DeLong([one.numbers("score")], one.bools("y_true")).interval(level: one.number("level") ?? 0.95)
      one.expect("auc", found.area)
      one.expect("se", found.error)
      one.expect("low", found.low)
      one.expect("high", found.high)
    case "auc_delong_test":
      let test = try DeLong([one.numbers("score_a"), one.numbers("score_b")], one.bools("y_true"))
      one.expect("auc_a", test.areas[0])
      one.expect("auc_b", test.areas[1])
      one.expect("cov", test.covariance.flatMap { $0 })
      expect(test.difference, "z")
    case "bootstrap_ci_given_indices":
      let x = one.numbers("x")
      let means = one.rows("indices").map { rows in Statistics.mean(rows.map { x[Int($0)] }) }
      let interval = try Intervals.percentile(means, level: one.number("level") ?? 0.95)
      one.expect("low", interval.low)
      one.expect("high", interval.high)
    case "chi2_contingency":
      let found = try Comparisons.chiSquared(one.rows("table"))
      expect(found.outcome, "statistic")
      one.expect("dof", Double(found.degrees))
    case "quantile" where one.text("method") == "linear":
      let sorted = Statistics.sorted(one.numbers("x"))
      one.expect("value", flatten(one.arguments["q"]).map { Statistics.quantile(sorted: sorted, $0) })
    case "correlation":
      let rows = one.rows("x")
      let table = try Table(
        (0..<(rows.first?.count ?? 0)).map { at in ("c\(at)", .number(rows.map { $0[at] })) })
      let matrix = try table.correlations(ranked: one.text("method") == "spearman")
      one.expect(
        "matrix", (0..<rows[0].count).flatMap { row in matrix.columns.dropFirst().map { $0[row].number ?? .nan } })
    default: break
    }
  }
}
