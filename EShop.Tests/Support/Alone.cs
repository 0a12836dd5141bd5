using EShop.Tests.Guarantees;
using Xunit;

namespace EShop.Tests.Support;

/// <summary>Tests that need the machine to themselves: they run after the others, one at a time.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone : ICollectionFixture<KilledRush>;
