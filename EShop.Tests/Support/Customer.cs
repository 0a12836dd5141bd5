namespace EShop.Tests.Support;

/// <summary>A registered customer.</summary>
public sealed record Customer(HttpClient Client, Guid Id, string Email, string Password, string Token);
