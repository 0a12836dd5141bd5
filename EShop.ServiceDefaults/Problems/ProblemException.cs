namespace EShop.ServiceDefaults;

/// <summary>A refusal from deep down, where no result can be returned: becomes the problem's answer.</summary>
public sealed class ProblemException(Problem problem) : Exception(problem.Type.Title)
{
    /// <summary>A refusal of this kind.</summary>
    public ProblemException(ProblemType type, string detail, TimeSpan? retryAfter = null)
        : this(Problem.Of(type, detail, retryAfter))
    {
    }

    /// <summary>What is answered.</summary>
    public Problem Problem { get; } = problem;
}
