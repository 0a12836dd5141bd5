using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(EShop.Tests.Support.Troubled.First))]

namespace EShop.Tests.Support;

/// <summary>Tests that take something away from a whole shop, such as Stripe's webhooks, Payment's rows or a process, and wait for it to come right. They have a shop of their own, one at a time, beside all the
/// others.</summary>
[CollectionDefinition(nameof(Troubled))]
public sealed class Troubled : ICollectionFixture<Shop>
{
    /// <summary>Begins with them: they wait longer than they work, and would be the last to end.</summary>
    public sealed class First : ITestCollectionOrderer
    {
        /// <inheritdoc/>
        public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
            where TTestCollection : ITestCollection => [.. testCollections.OrderBy(collection => collection.TestCollectionDisplayName != nameof(Troubled))];
    }
}
