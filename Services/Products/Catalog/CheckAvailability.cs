using System.Text.Json.Serialization;
using FluentValidation;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace EShop.Products.Catalog;

/// <summary>Whether a cart could be had right now. It holds nothing: the checkout decides.</summary>
internal static class CheckAvailability
{
    public const string UnknownProduct = "unknown_product";
    public const string InsufficientStock = "insufficient_stock";

    public static async Task<Ok<Answer>> Handle(Request request, ProductsDb db, CancellationToken cancellationToken)
    {
        var ids = request.Lines.Select(line => line.ProductId).Distinct().ToArray();
        var available = await db.Products.AsNoTracking()
            .Where(p => ids.Contains(p.Id) && p.DeletedAt == null)
            .ToDictionaryAsync(p => p.Id, p => p.Stock - p.Reserved, cancellationToken);
        // Two lines of one product want both quantities together.
        var wanted = request.Lines.GroupBy(line => line.ProductId).ToDictionary(group => group.Key, group => group.Sum(line => line.Quantity));

        var lines = request.Lines.Select(line =>
            !available.TryGetValue(line.ProductId, out var there) ? new AnsweredLine(line.ProductId, line.Quantity, 0, UnknownProduct)
            : wanted[line.ProductId] > there ? new AnsweredLine(line.ProductId, line.Quantity, there, InsufficientStock)
            : new AnsweredLine(line.ProductId, line.Quantity, there)).ToList();
        return TypedResults.Ok(new Answer(lines.TrueForAll(line => line.Reason is null), lines));
    }

    internal sealed record Request(IReadOnlyList<Line> Lines);

    internal sealed record Line(Guid ProductId, int Quantity);

    internal sealed record Answer(bool Available, IReadOnlyList<AnsweredLine> Lines);

    internal sealed record AnsweredLine(Guid ProductId, int Requested, int Available, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason = null);

    internal sealed class Validator : AbstractValidator<Request>
    {
        public Validator()
        {
            RuleFor(request => request.Lines).Must(lines => lines.Count is >= 1 and <= 100).WithMessage("'Lines' holds 1 to 100 lines.");
            RuleForEach(request => request.Lines).NotNull().ChildRules(line => line.RuleFor(l => l.Quantity).InclusiveBetween(1, 999));
        }
    }
}
