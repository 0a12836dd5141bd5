using Xunit;

namespace EShop.Tests.Support;

/// <summary>Tests in the shop with two replicas of each service that time nothing: one after the other, beside all that is in other shops.</summary>
[CollectionDefinition(nameof(Twins))]
public sealed class Twins;
