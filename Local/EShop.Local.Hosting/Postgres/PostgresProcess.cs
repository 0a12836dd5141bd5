using System.Diagnostics;
using Aspire.Hosting.ApplicationModel;

namespace EShop.Local.Hosting;

/// <summary>PostgreSQL as a process of this machine: on the loopback address, with a password, not as root.</summary>
internal sealed class PostgresProcess(PostgresServerResource server) : ILocalForm
{
    public string? Missing(LocalOptions options, DataFolder data)
    {
        if (Find("initdb", options) is null || Find("postgres", options) is null)
            return $"PostgreSQL is missing, which '{server.Name}' is: install it with 'apt-get install postgresql' (Debian, Ubuntu) or 'brew install postgresql@17' (macOS), or run './eshop up'.";
        return UnixUser.ForPostgres is { } user && FirstClosedTo(user, data.Folder(server.Name)) is { } closed
            ? $"PostgreSQL runs as the user '{user.Name}', who may not enter {closed}: set ESHOP_DATA to a folder that everybody may enter, as in 'ESHOP_DATA=/var/tmp/eshop ./eshop up'."
            : null;
    }

    public async Task<ProcessSpec> PrepareAsync(LocalMachine machine, CancellationToken cancellationToken)
    {
        var user = UnixUser.ForPostgres;
        var folder = machine.Data.Folder(server.Name);
        var cluster = Path.Combine(folder, "data");
        if (!server.HasAnnotationOfType<ContainerMountAnnotation>() && Directory.Exists(cluster))
            Directory.Delete(cluster, recursive: true);
        if (!Directory.Exists(cluster))
            await InitializeAsync(machine, folder, cluster, user, cancellationToken);

        // What is asked to stop by an interrupt ends its clients' connections and stops at once, and loses nothing.
        string[] settings = ["listen_addresses=localhost", $"port={server.PrimaryEndpoint.TargetPort}", "unix_socket_directories=", "logging_collector=off"];
        return new ProcessSpec(Find("postgres", machine.Options)!, ["-D", cluster, .. settings.SelectMany(s => new[] { "-c", s })], cluster)
        {
            User = user,
            StopSignal = Signal.Interrupt,
            DeathSignal = Signal.Interrupt,
        };
    }

    private async Task InitializeAsync(LocalMachine machine, string folder, string cluster, UnixUser? user, CancellationToken cancellationToken)
    {
        // In a folder of another name until it is complete: what is interrupted starts from nothing the next time.
        var draft = Path.Combine(folder, "data.new");
        if (Directory.Exists(draft))
            Directory.Delete(draft, recursive: true);
        string[] owner = user is null ? [] : ["-o", $"{user.Id}", "-g", $"{user.Group}"];
        await machine.RunAsync(new("install", ["-d", "-m", "700", .. owner, draft], folder), null, cancellationToken);

        // The password in a file that only that user may read: not on a command line, and he may not open our pipe.
        var password = Path.Combine(folder, "password");
        await machine.RunAsync(new("install", ["-m", "600", .. owner, "/dev/stdin", password], folder), server.PasswordParameter.Value, cancellationToken);
        var name = await server.UserNameReference.GetValueAsync(cancellationToken);
        string[] arguments =
            ["-D", draft, "-U", name!, "--auth=scram-sha-256", $"--pwfile={password}", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"];
        await machine.RunAsync(new(Find("initdb", machine.Options)!, arguments, draft) { User = user }, null, cancellationToken);
        File.Delete(password);
        Directory.Move(draft, cluster);
    }

    // Of the folders on the way, the first that is closed is the one to name.
    private static string? FirstClosedTo(UnixUser user, string folder)
    {
        var way = new Stack<string>();
        for (var at = folder; at is not null; at = Path.GetDirectoryName(at))
            way.Push(at);
        var ask = new ProcessSpec("sh", ["-c", "for d; do [ -x \"$d\" ] || { echo \"$d\"; exit; }; done", "sh", .. way], "/") { User = user };
        using var shell = Process.Start(ask.ToStartInfo("setup"))!;
        var closed = shell.StandardOutput.ReadToEnd().Trim();
        shell.WaitForExit();
        return closed.Length > 0 ? closed : null;
    }

    private static string? Find(string program, LocalOptions options)
    {
        if (options.PostgresBin is { } folder)
            return Programs.Find(program, folder) is { } found && found.StartsWith(folder, StringComparison.Ordinal) ? found : null;
        var debian = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [];
        return Programs.Find(program, debian.OrderByDescending(version => double.TryParse(Path.GetFileName(version), out var n) ? n : 0).Select(v => Path.Combine(v, "bin")));
    }
}
