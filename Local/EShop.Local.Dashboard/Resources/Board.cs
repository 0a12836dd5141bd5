using System.Collections.Concurrent;
using EShop.Local.Dashboard.Store;

namespace EShop.Local.Dashboard.Resources;

/// <summary>All resources as they were told last.</summary>
internal sealed class Board
{
    private readonly ConcurrentDictionary<string, ResourceState> _states = new(StringComparer.OrdinalIgnoreCase);

    public Signal Changed { get; } = new();

    /// <summary>Why the host is not heard; null while it is.</summary>
    public string? Trouble { get; private set; } = "The host has not been heard yet.";

    /// <summary>Processes first, then what lives in them, then parameters.</summary>
    public IReadOnlyList<ResourceState> All =>
        [.. _states.Values.OrderBy(one => one.IsProcess ? 0 : one.Type == "Parameter" ? 2 : 1).ThenBy(one => one.Name, StringComparer.Ordinal)];

    public ResourceState? Find(string name) => _states.GetValueOrDefault(name);

    public void Put(ResourceState state)
    {
        _states[state.Name] = state;
        Trouble = null;
        Changed.Raise();
    }

    /// <summary>Says that the host is not heard: what is known is old.</summary>
    public void Lose(string trouble)
    {
        Trouble = trouble;
        Changed.Raise();
    }
}
