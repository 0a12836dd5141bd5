using System.Globalization;
using EShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using NpgsqlTypes;

namespace EShop.Cart.Items;

/// <summary>How an edit of a cart is answered, and the condition that it may come under.</summary>
internal static class CartAnswer
{
    public static Results<Ok<CartView>, Problem> Of(EditOutcome outcome, CartView view, HttpContext http)
    {
        switch (outcome)
        {
            case EditOutcome.UnknownProduct:
                return Problem.NotFound("There is no such product in the catalogue.");
            case EditOutcome.TooManyPieces:
                return Problem.Invalid("quantity", $"A line holds at most {Cart.MostPieces} pieces, those that are in the cart already among them.");
            case EditOutcome.TooManyLines:
                return Problem.Invalid("productId", $"A cart holds at most {Cart.MostLines} products: remove one first.");
            case EditOutcome.VersionMismatch:
                return Problem.Of(ProblemType.VersionMismatch, "Read the cart again and repeat the change with its new ETag.");
            default:
                http.Response.SetETag(view.Tag);
                return TypedResults.Ok(view);
        }
    }

    /// <summary>The versions of the cart that an <c>If-Match</c> accepts, as a parameter of an edit's statement; null where any will do. The products' part of the ETag doesn't
    /// count: a sale elsewhere must not stand between customers and their own cart.</summary>
    public static NpgsqlParameter AcceptedVersions(HttpRequest request)
    {
        var condition = request.IfMatch();
        object versions = condition is null || condition.Matches(_ => false)
            ? DBNull.Value
            : condition.Values.Select(VersionOf).ToArray();
        return new NpgsqlParameter { Value = versions, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };
    }

    private static long VersionOf(string tag) => long.TryParse(tag.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : -1;
}
