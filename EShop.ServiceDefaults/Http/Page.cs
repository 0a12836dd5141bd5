using FluentValidation;
using Microsoft.AspNetCore.Mvc;

namespace EShop.ServiceDefaults;

/// <summary>One page of a list.</summary>
/// <param name="Number">Which one, from 1; <c>page</c> in JSON.</param>
/// <param name="PageSize">How many items a page holds at most.</param>
/// <param name="Total">How many items there are on all pages.</param>
public sealed record Page<T>(
    IReadOnlyList<T> Items,
    [property: System.Text.Json.Serialization.JsonPropertyName("page")] int Number,
    int PageSize,
    long Total);

/// <summary>Which page is asked for: take it as <c>[AsParameters]</c>.</summary>
public readonly record struct PageQuery(
    [FromQuery(Name = "page")] int? Page,
    [FromQuery(Name = "pageSize")] int? PageSize)
{
    /// <summary>The page's number, from 1.</summary>
    public int Number => Page ?? 1;

    /// <summary>Items a page, 1…100, by default 20.</summary>
    public int Size => PageSize ?? 20;

    /// <summary>How many items stand before it.</summary>
    public int Skip => (Number - 1) * Size;

    internal sealed class Validator : AbstractValidator<PageQuery>
    {
        public Validator()
        {
            RuleFor(query => query.Page).InclusiveBetween(1, 1_000_000).WithMessage("Pages are counted from 1 to 1000000.");
            RuleFor(query => query.PageSize).InclusiveBetween(1, 100).WithMessage("A page holds 1 to 100 items.");
        }
    }
}
