using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace EShop.ServiceDefaults;

/// <summary>A body whose <c>charset</c> nobody knows can't be read: refused here, since the framework takes it for a fault of ours (500), and a known one that stands in quotes as well.</summary>
internal sealed class RefuseUnknownCharset(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) || !type.Charset.HasValue)
            return next(http);
        var charset = HeaderUtilities.RemoveQuotes(type.Charset);
        if (!IsKnown(charset.ToString()))
            return Problem.Of(ProblemType.UnsupportedMediaType, "This charset is not one that is read here: send UTF-8, which is what JSON is written in.").ExecuteAsync(http);
        if (charset != type.Charset)
        {
            type.Charset = charset;
            http.Request.ContentType = type.ToString();
        }

        return next(http);
    }

    private static bool IsKnown(string charset)
    {
        try
        {
            return Encoding.GetEncoding(charset) is not null;
        }
        catch (Exception unknown) when (unknown is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
