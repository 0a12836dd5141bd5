using System.Diagnostics;

namespace EShop.Local.Hosting;

/// <summary>A process to start.</summary>
/// <param name="FileName">The program.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="WorkingDirectory">Where it runs.</param>
internal sealed record ProcessSpec(string FileName, IReadOnlyList<string> Arguments, string WorkingDirectory)
{
    /// <summary>The variable by which a process and all that it starts is known to be of a host and a resource.</summary>
    public const string Marker = "ESHOP_PROCESS";

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Another user to run as, where we are root and the program refuses that.</summary>
    public UnixUser? User { get; init; }

    /// <summary>The signal that asks it to end.</summary>
    public Signal StopSignal { get; init; } = Signal.Terminate;

    /// <summary>The signal that it gets from the kernel when the host is gone, however it ended.</summary>
    public Signal DeathSignal { get; init; } = Signal.Kill;

    /// <summary>
    /// As the system's start information. On Linux behind <c>setsid</c> (Ctrl-C at the terminal is the host's alone) and <c>setpriv</c>
    /// (another user, death signal); both end by becoming the program, so the process id is the program's own.
    /// </summary>
    public ProcessStartInfo ToStartInfo(string marker)
    {
        List<string> command = [FileName, .. Arguments];
        if (OperatingSystem.IsLinux())
        {
            string[] user = User is { } other ? [$"--reuid={other.Id}", $"--regid={other.Group}", "--clear-groups", "--no-new-privs"] : [];
            command = ["setsid", "setpriv", .. user, "--pdeathsig", DeathSignal.Name, "--", .. command];
        }

        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // What the operator told the host is not for everybody: a service gets the parameters that the model gives it.
        foreach (var parameter in start.Environment.Keys.Where(key => key.StartsWith("Parameters__", StringComparison.OrdinalIgnoreCase)).ToArray())
            start.Environment.Remove(parameter);
        foreach (var (key, value) in Environment)
            start.Environment[key] = value;
        start.Environment[Marker] = marker;
        return start;
    }
}

/// <summary>A signal, by its number and its name without SIG.</summary>
internal sealed record Signal(int Number, string Name)
{
    public static readonly Signal Interrupt = new(2, "INT");
    public static readonly Signal Kill = new(9, "KILL");
    public static readonly Signal Terminate = new(15, "TERM");
}
