using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace EShop.ServiceDefaults;

/// <summary>A refusal with a problem body (<c>application/problem+json</c>, RFC 9457): what was wrong, where, and what to do.</summary>
public sealed class Problem : IResult
{
    private readonly ProblemDetails _details;

    private Problem(ProblemType type, ProblemDetails details, TimeSpan? retryAfter)
    {
        Type = type;
        RetryAfter = retryAfter;
        _details = details;
        details.Type = type.Urn;
        details.Title = type.Title;
        details.Status = type.Status;
    }

    /// <summary>Which kind of refusal it is.</summary>
    public ProblemType Type { get; }

    /// <summary>When to ask again, where asking again makes sense: told in whole seconds, at least one.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>A refusal of this kind.</summary>
    /// <param name="detail">What was wrong in this case, and what to do.</param>
    /// <param name="retryAfter">When to ask again.</param>
    /// <param name="extensions">Further members of the body, named in camelCase.</param>
    public static Problem Of(ProblemType type, string detail, TimeSpan? retryAfter = null, IDictionary<string, object?>? extensions = null)
    {
        var details = new ProblemDetails { Detail = detail };
        foreach (var (name, value) in extensions ?? new Dictionary<string, object?>())
            details.Extensions[name] = value;
        return new Problem(type, details, retryAfter);
    }

    /// <summary>404: not there, or not yours.</summary>
    public static Problem NotFound(string detail) => Of(ProblemType.NotFound, detail);

    /// <summary>503 with <c>Retry-After</c>: something behind is away.</summary>
    public static Problem Unavailable(string detail) => Of(ProblemType.Unavailable, detail, TimeSpan.FromSeconds(1));

    /// <summary>400 that names one member.</summary>
    public static Problem Invalid(string member, string message) =>
        Invalid(new Dictionary<string, string[]> { [member] = [message] });

    /// <summary>400 that names each wrong member with what is wrong about it.</summary>
    public static Problem Invalid(IDictionary<string, string[]> errors) => new(
        ProblemType.Validation,
        new HttpValidationProblemDetails(errors) { Detail = string.Join(" ", errors.Select(error => $"{error.Key}: {string.Join(" ", error.Value)}")) },
        retryAfter: null);

    /// <summary>Writes the answer.</summary>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Type.Status;
        if (RetryAfter is { } delay)
            response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(delay.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        if (response.StatusCode == StatusCodes.Status401Unauthorized && response.Headers.WWWAuthenticate.Count == 0)
            response.Headers.WWWAuthenticate = "Bearer"; // RFC 9110: a 401 always says what it takes.
        _details.Extensions["traceId"] = Activity.Current?.TraceId.ToHexString() ?? httpContext.TraceIdentifier;
        return response.WriteAsJsonAsync(_details, _details.GetType(), options: null, contentType: "application/problem+json", CancellationToken.None);
    }
}
