namespace Aspire.Hosting;

/// <summary>What an app model can be wrong in: the message is for the person who wrote or started it.</summary>
public class DistributedApplicationException : Exception
{
    /// <summary>Without a word.</summary>
    public DistributedApplicationException()
    {
    }

    /// <summary>With a sentence for the person at the keyboard.</summary>
    public DistributedApplicationException(string message) : base(message)
    {
    }

    /// <summary>With a sentence and its cause.</summary>
    public DistributedApplicationException(string message, Exception inner) : base(message, inner)
    {
    }
}

/// <summary>A parameter that has no value and no default.</summary>
public class MissingParameterValueException : DistributedApplicationException
{
    /// <summary>With the sentence that says which and how to give it.</summary>
    public MissingParameterValueException(string message) : base(message)
    {
    }

    /// <summary>With a sentence and its cause.</summary>
    public MissingParameterValueException(string message, Exception innerException) : base(message, innerException)
    {
    }
}

/// <summary>Run, or write a manifest.</summary>
public enum DistributedApplicationOperation
{
    /// <summary>Run it here.</summary>
    Run,

    /// <summary>Describe it for a deployment.</summary>
    Publish,
}

/// <summary>What the application is being asked to do.</summary>
/// <param name="operation">Run or publish.</param>
public class DistributedApplicationExecutionContext(DistributedApplicationOperation operation)
{
    /// <summary>Run or publish.</summary>
    public DistributedApplicationOperation Operation { get; } = operation;

    /// <summary>Whether it runs here.</summary>
    public bool IsRunMode => Operation == DistributedApplicationOperation.Run;

    /// <summary>Whether it is described for a deployment.</summary>
    public bool IsPublishMode => Operation == DistributedApplicationOperation.Publish;
}

/// <summary>How to make a builder.</summary>
public sealed class DistributedApplicationOptions
{
    /// <summary>The command line.</summary>
    public string[]? Args { get; set; }

    /// <summary>The assembly of the app model, where it is not the entry assembly.</summary>
    public string? AssemblyName { get; set; }

    /// <summary>The folder of the app model's project, where the assembly does not know.</summary>
    public string? ProjectDirectory { get; set; }

    /// <summary>Whether to do without the dashboard.</summary>
    public bool DisableDashboard { get; set; }
}
