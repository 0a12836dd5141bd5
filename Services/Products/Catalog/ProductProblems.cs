using System.Globalization;
using EShop.ServiceDefaults;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace EShop.Products.Catalog;

/// <summary>Refusals that several slices give.</summary>
internal static class ProductProblems
{
    public static Problem Unknown(Guid id) => Problem.NotFound($"No product {id} is in the catalogue.");

    public static Problem Changed(Product product) =>
        Problem.Of(ProblemType.VersionMismatch, $"The product has changed: its ETag is \"{product.ETag}\" now. Read it again, then decide.");

    /// <summary>Whether the condition holds where sales don't matter: of the tag <c>version.stockVersion</c> the first half counts.</summary>
    public static bool MatchesCatalog(this IfMatchCondition condition, Product product) =>
        condition.Matches(tag => tag.Split('.')[0] == product.Version.ToString(CultureInfo.InvariantCulture));

    /// <summary>Saves; the unique index decides who has a SKU, since whoever looks first and writes then finds it free twice.</summary>
    /// <returns>The refusal, or null where it is saved.</returns>
    public static async Task<Problem?> SaveUnlessSkuTakenAsync(this ProductsDb db, CancellationToken cancellationToken)
    {
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return null;
        }
        catch (DbUpdateException failure) when (failure.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: ProductsDb.SkuIndex })
        {
            return Problem.Of(ProblemType.SkuTaken, "Another product in the catalogue has this SKU.");
        }
    }
}
