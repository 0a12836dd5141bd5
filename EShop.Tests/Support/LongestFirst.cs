using EShop.Tests.Bill;
using EShop.Tests.Dashboard;
using EShop.Tests.Guarantees;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(EShop.Tests.Support.LongestFirst))]

namespace EShop.Tests.Support;

/// <summary>Begins with those that wait longer than they work: they would be the last to end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest =
        [nameof(Troubled), nameof(Twins), typeof(CreditNoteTests).FullName!, typeof(G16PoisonTests).FullName!, typeof(PagesTests).FullName!, typeof(RealPurchaseTests).FullName!];

    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => !Longest.Any(name => collection.TestCollectionDisplayName.Contains(name, StringComparison.Ordinal)))];
}
