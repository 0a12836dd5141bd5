namespace EShop.Products;

/// <summary>An event says of an order what can't be true after what came before it, for example that a canceled one is paid. Nothing is changed;
/// the event ends among the dead letters, where somebody has to look.</summary>
internal sealed class OrderFateException(string message) : InvalidOperationException(message);
