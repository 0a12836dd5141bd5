using EShop.ServiceDefaults;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Xunit;

namespace EShop.Tests.ServiceDefaults;

public sealed class PassingFailureTests
{
    [Theory]
    [InlineData("40P01", true)]
    [InlineData("23505", false)]
    public void What_passes_is_503_however_it_is_wrapped(string state, bool passes)
    {
        var failure = new PostgresException("It failed.", "ERROR", "ERROR", state);

        foreach (var thrown in new Exception[] { failure, new DbUpdateException("Saving failed.", failure), new InvalidOperationException("Likely transient.", new DbUpdateException("Saving failed.", failure)) })
            Assert.Equal(passes ? ProblemType.Unavailable : null, ExceptionProblems.For(thrown)?.Type);
    }
}
