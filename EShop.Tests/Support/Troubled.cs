using Xunit;

namespace EShop.Tests.Support;

/// <summary>Tests that take something away from a whole shop, such as Stripe's webhooks, Payment's rows or a process, or load one of its services. They have a shop of their own, one at a time, beside all the
/// others.</summary>
[CollectionDefinition(nameof(Troubled))]
public sealed class Troubled : ICollectionFixture<Shop>;
