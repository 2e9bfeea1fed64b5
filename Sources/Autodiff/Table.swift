/// Every differentiable operation; the gradient test takes each through first and second derivatives.
///
/// A test compares this table with the declarations in `Operations`, so none can be left out.
package let differentiableOperations: [AnyOperation] =
  Op.arithmetic + Op.elementwise + Op.selection + Op.reductions + Op.movement + Op.indexing + Op.scans + Op.products
  + Op.activations + Op.bentActivations + Op.shares + Op.entropies + Op.normalisations + Op.images
  + Op.recurrences
