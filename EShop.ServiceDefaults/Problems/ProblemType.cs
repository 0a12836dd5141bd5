namespace EShop.ServiceDefaults;

/// <summary>A kind of refusal that clients can tell apart by its <c>type</c> (RFC 9457): <c>urn:eshop:problem:</c> and the slug.</summary>
/// <param name="Slug">What stands behind the prefix.</param>
/// <param name="Status">The HTTP status that goes with it.</param>
/// <param name="Title">The same short sentence for every problem of this kind.</param>
public sealed record ProblemType(string Slug, int Status, string Title)
{
    public static readonly ProblemType Validation = new("validation", 400, "Something in the request is not valid.");
    public static readonly ProblemType Unauthorized = new("unauthorized", 401, "A valid token is needed.");
    public static readonly ProblemType CardDeclined = new("card-declined", 402, "The card was declined.");
    public static readonly ProblemType Forbidden = new("forbidden", 403, "This needs a role that you don't have.");
    public static readonly ProblemType NotFound = new("not-found", 404, "There is nothing here.");
    public static readonly ProblemType MethodNotAllowed = new("method-not-allowed", 405, "This path doesn't take that method.");
    public static readonly ProblemType EmailTaken = new("email-taken", 409, "There is an account with this e-mail address.");
    public static readonly ProblemType SkuTaken = new("sku-taken", 409, "Another product has this SKU.");
    public static readonly ProblemType LastAdmin = new("last-admin", 409, "The last admin can't be demoted.");
    public static readonly ProblemType StockBelowReserved = new("stock-below-reserved", 409, "Open orders hold more than that.");
    public static readonly ProblemType CartEmpty = new("cart-empty", 409, "The cart is empty.");
    public static readonly ProblemType PriceChanged = new("price-changed", 409, "The total is no longer what you expected.");
    public static readonly ProblemType AmountOutOfRange = new("amount-out-of-range", 409, "An order of this total can't be paid.");
    public static readonly ProblemType TooManyOpenOrders = new("too-many-open-orders", 409, "Too many of your orders are unpaid.");
    public static readonly ProblemType StockPending = new("stock-pending", 409, "The stock of this order is still being reserved.");
    public static readonly ProblemType PaymentBusy = new("payment-busy", 409, "Another operation on this payment is open.");
    public static readonly ProblemType OrderClosed = new("order-closed", 409, "This order has ended.");
    public static readonly ProblemType RefundExceeds = new("refund-exceeds", 409, "More than is left to refund.");
    public static readonly ProblemType NotPaid = new("not-paid", 409, "This order is not paid.");
    public static readonly ProblemType RequestInFlight = new("request-in-flight", 409, "A request with this Idempotency-Key is being processed.");
    public static readonly ProblemType VersionMismatch = new("version-mismatch", 412, "It has changed since you read it.");
    public static readonly ProblemType TooLarge = new("too-large", 413, "The body is too large.");
    public static readonly ProblemType UnsupportedMediaType = new("unsupported-media-type", 415, "The body's media type is not one that is read here.");
    public static readonly ProblemType KeyReused = new("key-reused", 422, "This Idempotency-Key was used with another body.");
    public static readonly ProblemType VersionRequired = new("version-required", 428, "This needs an If-Match header.");
    public static readonly ProblemType TooManyRequests = new("too-many-requests", 429, "Too many requests.");
    public static readonly ProblemType InternalError = new("internal-error", 500, "Something went wrong here.");
    public static readonly ProblemType Unavailable = new("unavailable", 503, "This can't be answered right now.");

    private static readonly Dictionary<int, ProblemType> ByStatus = new ProblemType[]
    {
        Validation, Unauthorized, Forbidden, NotFound, MethodNotAllowed, VersionMismatch, TooLarge, UnsupportedMediaType, KeyReused,
        VersionRequired, TooManyRequests, InternalError, Unavailable,
    }.ToDictionary(type => type.Status);

    /// <summary>The type as clients see it.</summary>
    public string Urn => $"urn:eshop:problem:{Slug}";

    /// <summary>The kind that an answer without a body of its own stands for.</summary>
    public static ProblemType ForStatus(int status) => ByStatus.TryGetValue(status, out var type) ? type
        : status < 500 ? Validation with { Status = status }
        : InternalError with { Status = status };
}
