using System.Text.Json;
using System.Text.Json.Serialization;

namespace EShop.Local.Stripe;

/// <summary>An answer that is an error: a status and Stripe's <c>{"error":{…}}</c>.</summary>
internal sealed class Refusal(int status, ErrorDetail error, bool validation = false) : Exception(error.Message)
{
    public int Status => status;

    /// <summary>The parameters were wrong before anything ran; Stripe stores no such answer under an idempotency key.</summary>
    public bool Validation => validation;

    public ErrorBody Body => new(error);

    public static Refusal Missing(string param) => Invalid("parameter_missing", param, $"Missing required param: {param}.");

    public static Refusal Unknown(string param) => Invalid("parameter_unknown", param, $"Received unknown parameter: {param}");

    public static Refusal Empty(string param) => Invalid("parameter_invalid_empty", param,
        $"You passed an empty string for '{param}'. We assume empty values are an attempt to unset a parameter; however '{param}' cannot be unset.");

    public static Refusal Invalid(string? code, string? param, string message) => new(400, new("invalid_request_error", message) { Code = code, Param = param }, validation: true);

    public static Refusal NotFound(string kind, string id, string param) =>
        new(404, new("invalid_request_error", $"No such {kind}: '{id}'") { Code = "resource_missing", Param = param });

    /// <summary>A parameter names something that isn't there. Stripe answers 400 here, and 404 only for the object in the path.</summary>
    public static Refusal NoSuch(string kind, string id, string param) =>
        new(400, new("invalid_request_error", $"No such {kind}: '{id}'") { Code = "resource_missing", Param = param });

    public static Refusal UnexpectedState(PaymentIntent intent, string message) =>
        new(400, new("invalid_request_error", message) { Code = "payment_intent_unexpected_state", PaymentIntent = Json.Element(intent) });

    public static Refusal Unauthorized(string message) => new(401, new("invalid_request_error", message), validation: true);

    public static Refusal NoRoute(string method, string path) => new(404, new("invalid_request_error",
        $"Unrecognized request URL ({method}: {path}). EShop's sandbox speaks a part of Stripe's API only."), validation: true);

    public static Refusal KeyInUse(string key) => new(409, new("invalid_request_error",
        $"There is currently another in-progress request using this Idempotent Key: {key}. Please try again later.")
    { Code = "idempotency_key_in_use" }, validation: true);

    public static Refusal KeyReused(string key, string sameWhat) => new(400, new("idempotency_error",
        $"Keys for idempotent requests can only be used {sameWhat} they were first used with. Try using a key other than '{key}' if you meant to execute a different request."), validation: true);

    public static Refusal RateLimited() => new(429, new("invalid_request_error", "Too many requests hit the API too quickly.") { Code = "rate_limit" }, validation: true);

    public static Refusal ServerError() => new(500, new("api_error", "An unknown error occurred."));
}

internal sealed record ErrorBody(ErrorDetail Error);

/// <summary>The members of an error that clients branch on; absent ones are left out.</summary>
internal sealed record ErrorDetail(string Type, string Message)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DeclineCode { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Param { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Charge { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? PaymentIntent { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? PaymentMethod { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DocUrl => Code is null ? null : $"https://stripe.com/docs/error-codes/{Code.Replace('_', '-')}";
}
