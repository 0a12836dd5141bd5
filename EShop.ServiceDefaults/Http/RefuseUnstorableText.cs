using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EShop.ServiceDefaults;

/// <summary>A NUL in a path or a query, and bytes that are no UTF-8, can't be stored or searched for: refused here, once for all, instead of failing in the database or being taken
/// for something else.</summary>
internal sealed class RefuseUnstorableText(RequestDelegate next)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public Task InvokeAsync(HttpContext http)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!target.Contains('%', StringComparison.Ordinal) || IsText(target))
            return next(http);
        return Problem.Invalid(Member(target), "This holds a NUL character, or bytes that are no UTF-8.").ExecuteAsync(http);
    }

    private static string Member(string target) =>
        target.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query
        && target[(query + 1)..].Split('&').FirstOrDefault(pair => !IsText(pair)) is { } wrong
        && wrong.Split('=')[0] is { Length: > 0 } name && IsText(name)
            ? name
            : "url";

    private static bool IsText(string target)
    {
        var bytes = new ArrayBufferWriter<byte>(target.Length);
        for (var i = 0; i < target.Length; i++)
        {
            if (target[i] == '%' && i + 2 < target.Length && byte.TryParse(target.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var decoded))
            {
                if (decoded == 0)
                    return false;
                bytes.Write([decoded]);
                i += 2;
            }
            else
            {
                bytes.Write([(byte)target[i]]); // A target is ASCII.
            }
        }

        try
        {
            Strict.GetCharCount(bytes.WrittenSpan);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
