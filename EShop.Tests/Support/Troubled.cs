using EShop.Tests.Bill;
using EShop.Tests.Dashboard;
using EShop.Tests.Guarantees;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(EShop.Tests.Support.Troubled.First))]

namespace EShop.Tests.Support;

/// <summary>Tests that take something away from a whole shop, such as Stripe's webhooks, Payment's rows or a process, or load one of its services. They have a shop of their own, one at a time, beside all the
/// others.</summary>
[CollectionDefinition(nameof(Troubled))]
public sealed class Troubled : ICollectionFixture<Shop>
{
    /// <summary>Begins with them and with others that wait longer than they work: they would be the last to end.</summary>
    public sealed class First : ITestCollectionOrderer
    {
        private static readonly string[] Longest = [nameof(Troubled), nameof(Twins), typeof(CreditNoteTests).FullName!, typeof(G16PoisonTests).FullName!, typeof(PagesTests).FullName!, typeof(RealPurchaseTests).FullName!];

        /// <inheritdoc/>
        public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
            where TTestCollection : ITestCollection => [.. testCollections.OrderBy(collection => Array.FindIndex(Longest, name => collection.TestCollectionDisplayName.Contains(name, StringComparison.Ordinal)) < 0)];
    }
}
