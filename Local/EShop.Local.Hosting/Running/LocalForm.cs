using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace EShop.Local.Hosting;

/// <summary>How the local host runs what Aspire runs as a container.</summary>
internal interface ILocalForm : IResourceAnnotation
{
    /// <summary>What is missing on this machine, in a sentence that says what to do; null if nothing is.</summary>
    string? Missing(LocalOptions options, DataFolder data);

    /// <summary>Makes its files ready and says what to start. Called before every start, also after a crash.</summary>
    Task<ProcessSpec> PrepareAsync(LocalMachine machine, CancellationToken cancellationToken);
}

/// <summary>What a local form has to work with.</summary>
internal sealed record LocalMachine(LocalOptions Options, DataFolder Data, Spawner Spawner, string Marker)
{
    /// <summary>Runs a program to its end; throws with what it said if that is not a good one.</summary>
    public async Task RunAsync(ProcessSpec spec, string? input, CancellationToken cancellationToken)
    {
        using var process = await Spawner.StartAsync(spec.ToStartInfo(Marker));
        if (input is not null)
            await process.StandardInput.WriteLineAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = await process.StandardError.ReadToEndAsync(cancellationToken);
        await output;
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new DistributedApplicationException($"{Path.GetFileName(spec.FileName)} ended with exit code {process.ExitCode}: {errors.Trim()}");
    }
}
