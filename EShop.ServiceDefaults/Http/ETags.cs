using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace EShop.ServiceDefaults;

/// <summary>Entity tags (RFC 9110): every tag is strong; a value is the tag without its quotes.</summary>
public static class ETags
{
    /// <summary>Names the version of what is answered.</summary>
    public static void SetETag(this HttpResponse response, string value) => response.Headers.ETag = $"\"{value}\"";

    /// <summary>Whether the client says that it has this version already (<c>If-None-Match</c>): then 304 is the answer.</summary>
    public static bool IsNoneMatch(this HttpRequest request, string value) =>
        EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out var tags)
        && tags.Any(tag => tag == EntityTagHeaderValue.Any || tag.Compare(new EntityTagHeaderValue($"\"{value}\""), useStrongComparison: false));

    /// <summary>The condition under which the client wants its change made, or null where it gave none.</summary>
    public static IfMatchCondition? IfMatch(this HttpRequest request) => request.Headers.IfMatch.Count == 0
        ? null
        : new IfMatchCondition(EntityTagHeaderValue.TryParseList(request.Headers.IfMatch, out var tags) ? [.. tags] : []);
}

/// <summary>An <c>If-Match</c> header. One that can't be read matches nothing.</summary>
public sealed class IfMatchCondition
{
    private readonly IReadOnlyList<EntityTagHeaderValue> _tags;

    internal IfMatchCondition(IReadOnlyList<EntityTagHeaderValue> tags) => _tags = tags;

    /// <summary>The values that the client named, without quotes; empty for <c>*</c>.</summary>
    public IEnumerable<string> Values => _tags.Where(tag => tag != EntityTagHeaderValue.Any && !tag.IsWeak).Select(tag => tag.Tag.Value![1..^1]);

    /// <summary>Whether the client's condition holds for this version.</summary>
    public bool Matches(string value) => Matches(named => named == value);

    /// <summary>Whether the client's condition holds for a version that is compared by a rule of its own.</summary>
    public bool Matches(Func<string, bool> isCurrent) => _tags.Contains(EntityTagHeaderValue.Any) || Values.Any(isCurrent);
}
