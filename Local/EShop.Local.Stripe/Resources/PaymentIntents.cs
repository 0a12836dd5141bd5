namespace EShop.Local.Stripe;

/// <summary><c>/v1/payment_intents</c>: cards only, captured at once.</summary>
internal static class PaymentIntents
{
    public static object Create(Call call)
    {
        var given = call.Parameters;
        var currency = Amounts.Currency(given.Required("currency"));
        var id = Ids.New("pi_");
        if (given.OneOf("confirmation_method", "automatic", "manual") == "manual")
            throw Refusal.Invalid(null, "confirmation_method", "The sandbox knows only confirmation_method=automatic.");
        if (given.OneOf("capture_method", "automatic", "automatic_async", "manual") == "manual")
            throw Refusal.Invalid(null, "capture_method", "The sandbox captures at once; it does not know capture_method=manual.");
        Methods(given);
        var intent = new PaymentIntent
        {
            Id = id,
            Created = call.Now,
            Amount = Amounts.Charged(Amounts.Integer(given, "amount"), currency),
            Currency = currency,
            Status = IntentStatus.RequiresPaymentMethod,
            CaptureMethod = given.Text("capture_method") ?? "automatic_async",
            ClientSecret = Ids.New(id + "_secret_"),
            AutomaticPaymentMethods = Automatic(given),
        };
        intent = With(call, intent);
        call.Emit("payment_intent.created", call.Commit.Put(intent));
        if (given.Flag("confirm") == true)
            return Confirmation.Start(call, intent);
        return intent;
    }

    public static object List(Call call)
    {
        var customer = call.Parameters.Text("customer");
        return Lists.Page(call, "payment_intent", call.Ledger.PaymentIntents,
            call.Ledger.PaymentIntents.NewestFirst().Where(intent => customer is null || intent.Customer == customer));
    }

    public static object Get(Call call) => Find(call);

    public static object Update(Call call)
    {
        var intent = Find(call);
        string[] bound = ["amount", "currency", "customer", "payment_method", "setup_future_usage", "shipping[address][line1]", "capture_method"];
        if (intent.IsOver() && Array.Find(bound, call.Parameters.Has) is { } param)
            throw Refusal.UnexpectedState(intent, $"This PaymentIntent's {param} could not be updated because it has a status of {intent.Status}.");
        Methods(call.Parameters);
        var currency = call.Parameters.Text("currency") is { } other ? Amounts.Currency(other) : intent.Currency;
        var amount = call.Parameters.Has("amount") ? Amounts.Integer(call.Parameters, "amount") : intent.Amount;
        return call.Commit.Put(With(call, intent with { Amount = Amounts.Charged(amount, currency), Currency = currency }));
    }

    public static object Confirm(Call call)
    {
        var intent = Find(call);
        if (intent.Status == IntentStatus.Succeeded)
            throw Refusal.UnexpectedState(intent, "You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.");
        if (intent.Status == IntentStatus.Canceled)
            throw Refusal.UnexpectedState(intent, "You cannot confirm this PaymentIntent because it has a status of canceled. " +
                "Only a PaymentIntent with one of the following statuses may be confirmed: requires_confirmation, requires_action.");
        return Confirmation.Start(call, With(call, intent));
    }

    public static object Cancel(Call call)
    {
        var intent = Find(call);
        var reason = call.Parameters.OneOf("cancellation_reason", "duplicate", "fraudulent", "requested_by_customer", "abandoned");
        if (intent.IsOver())
            throw Refusal.UnexpectedState(intent, $"You cannot cancel this PaymentIntent because it has a status of {intent.Status}. Only a PaymentIntent with one of the following " +
                "statuses may be canceled: requires_payment_method, requires_capture, requires_confirmation, requires_action, processing.");
        var canceled = call.Commit.Put(intent.Cancel(reason, call.Now));
        call.Emit("payment_intent.canceled", canceled);
        return canceled;
    }

    private static PaymentIntent Find(Call call) =>
        call.Ledger.PaymentIntents.TryGet(call.Id, out var intent) ? intent : throw Refusal.NotFound("payment_intent", call.Id, "intent");

    /// <summary>What create, update and confirm may all set.</summary>
    private static PaymentIntent With(Call call, PaymentIntent intent)
    {
        var given = call.Parameters;
        intent = intent with
        {
            Customer = given.Has("customer") ? Customers.Named(call, "customer")?.Id : intent.Customer,
            Description = given.Has("description") ? given.Text("description") : intent.Description,
            ReceiptEmail = given.Has("receipt_email") ? given.Text("receipt_email") : intent.ReceiptEmail,
            SetupFutureUsage = given.Has("setup_future_usage") ? given.OneOf("setup_future_usage", "on_session", "off_session") : intent.SetupFutureUsage,
            StatementDescriptorSuffix = given.Has("statement_descriptor_suffix") ? given.Text("statement_descriptor_suffix") : intent.StatementDescriptorSuffix,
            Shipping = given.Tree("shipping", intent.Shipping),
            Metadata = given.Metadata(intent.Metadata),
        };
        return given.Text("payment_method") is { } method ? intent.Choose(PaymentMethods.Use(call, method, intent.Customer).Id) : intent;
    }

    private static AutomaticPaymentMethods? Automatic(Parameters given)
    {
        var redirects = given.OneOf("automatic_payment_methods[allow_redirects]", "always", "never") ?? "always";
        return given.Flag("automatic_payment_methods[enabled]") switch
        {
            true => new AutomaticPaymentMethods(true, redirects),
            false => null,
            // Stripe turns them on when the caller doesn't choose the methods.
            null => given.Many("allowed_payment_method_types").Count == 0 ? new AutomaticPaymentMethods(true, redirects) : null,
        };
    }

    private static void Methods(Parameters given)
    {
        var allowed = given.Many("allowed_payment_method_types");
        if (allowed.Count > 0 && !allowed.Contains("card"))
            throw Refusal.Invalid(null, "allowed_payment_method_types", "The sandbox knows cards only.");
        if (given.Many("excluded_payment_method_types").Contains("card"))
            throw Refusal.Invalid(null, "excluded_payment_method_types", "The sandbox knows cards only.");
    }
}
